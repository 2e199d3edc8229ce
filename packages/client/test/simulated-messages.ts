/** Messages and changes of them in a simulated log, and a view of them as the SDK keeps it. */
import {
  groupIdSchema,
  type MessageEvent,
  type MessageHistoryEntry,
  type RequestResult,
  userIdSchema,
} from '@plenum/protocol';
import { type ClientEvents, Listeners } from '../src/client-events.ts';
import { type Effect, type Entry, isChange, isMessage } from '../src/groups/effects.ts';
import { ViewOfGroup } from '../src/messages/view-of-group.ts';
import type { Outcome } from '../src/requests/outcome.ts';
import { SimulatedGroup } from './simulated-group.ts';

const group_id = groupIdSchema.parse('g');
const reader = userIdSchema.parse('u');
const timestamp = '2025-01-15T10:30:00.000Z';
const expires_at = '2025-01-15T10:31:00.000Z';
type History = RequestResult<'history'>;
type Give = (page: Outcome<History>) => void;

const refused = async () => {
  throw new Error('the view changes nothing by itself');
};

/** The server's side of it shares no code with the SDK. */
export class SimulatedMessages {
  readonly #listeners = new Listeners<ClientEvents>();
  readonly group = new SimulatedGroup(
    (effect) => this.#emit(effect),
    (entry) => this.#readAnew(entry),
  );
  readonly view = new ViewOfGroup(
    {
      positions: () => [],
      on: (event, listener) => this.#listeners.on(event, listener),
      send: refused,
      editMessage: refused,
      react: refused,
      unreact: refused,
      groupInfo: async () => this.#info(),
      history: (_, { before } = {}) => this.#ask(before === undefined ? {} : { before }),
    },
    group_id,
    { userId: reader, messagesMax: 9 },
  );
  #asked: { readonly where: { before?: number }; readonly give: Give }[] = [];
  #answers: (() => void)[] = [];
  /** Ids of messages that have reached their end. */
  readonly #expired = new Set<string>();

  get isQuiet(): boolean {
    return this.group.isQuiet && this.#asked.length + this.#answers.length === 0;
  }
  get #messages() {
    return this.group.kept.filter(isMessage);
  }
  /** All messages of the log as a reader gets them now. */
  present(): MessageHistoryEntry[] {
    return this.#messages.map((message) => this.#present(message));
  }
  pinned(): string[] {
    const ends = (entry: Entry): entry is MessageEvent =>
      isChange(entry) && ['pinned', 'unpinned', 'deleted'].includes(entry.type);
    const last = new Map<string, MessageEvent>();
    for (const entry of this.group.kept.filter(ends)) {
      last.delete(entry.message_id);
      last.set(entry.message_id, entry);
    }
    return [...last.values()].filter(({ type }) => type === 'pinned').map(({ message_id }) => message_id);
  }

  send({ isOpen = false, isExpiring = false } = {}): void {
    const { epoch, head } = this.group;
    const seq = head + 1;
    const more = { ...(isOpen ? { open: true as const } : {}), ...(isExpiring ? { expires_at } : {}) };
    const text = { message: `text ${epoch}-${seq}`, from_user_id: reader, request_id: `r${seq}` };
    this.group.append({
      type: 'message',
      group_id,
      message_id: `${epoch}-${seq}`,
      epoch,
      seq,
      ...more,
      timestamp,
      ...text,
    });
  }

  /** A message reaches its end: from now on no reader gets its text. */
  expire(back: number): void {
    const message = this.#messages.filter((one) => 'expires_at' in one).at(-1 - back);
    if (message !== undefined) this.#expired.add(message.message_id);
  }

  /** The owner takes down what has reached its end. */
  takeDownExpired(): void {
    for (const message of this.#messages) {
      const isTakenDown = this.#changesOf(message.message_id).some(({ type }) => type === 'deleted');
      if (this.#expired.has(message.message_id) && !isTakenDown) {
        this.#append(message, { type: 'deleted', actor_id: '$service', reason: 'expired' });
      }
    }
  }

  /** @param back which message, counted from the newest. @param by true: the reader */
  change(type: MessageEvent['type'], { back, by }: { readonly back: number; readonly by: boolean }): void {
    const message = this.#messages.at(-1 - back);
    if (message === undefined) return;
    const before = this.#present(message);
    if ('deleted' in before || (type === 'appended' && before.open !== true)) return;
    const name = `${this.group.epoch}-${this.group.head + 1}`;
    const count = this.#users(message.message_id, type, by ? reader : 'other');
    const isReaction = type === 'reacted' || type === 'unreacted';
    this.#append(message, {
      type,
      actor_id: by ? reader : 'other',
      ...(type === 'edited' ? { message: `edit ${name}`, edits: (before.edits ?? 0) + 1 } : {}),
      ...(type === 'appended' ? { text: ` piece ${name}`, ...(by ? {} : { done: true as const }) } : {}),
      ...(isReaction ? { reaction: '👍', count } : {}),
    });
  }

  #append(
    { message_id, seq: target_seq }: { readonly message_id: string; readonly seq: number },
    change: Pick<MessageEvent, 'type' | 'actor_id'> & Partial<MessageEvent>,
  ): void {
    const { epoch, head } = this.group;
    this.group.append({ group_id, message_id, target_seq, epoch, seq: head + 1, timestamp, ...change });
  }

  /** The server reads the page that the view has asked for; its answer arrives later. */
  servePage(): void {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    const page = this.group.page(asked.where);
    const result = { ...page, entries: [...page.entries] };
    this.#answers.push(() => asked.give({ ok: true, requestId: 'r', result }));
  }
  async arrivePage(): Promise<void> {
    this.#answers.shift()?.();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #ask(where: { before?: number }): Promise<Outcome<History>> {
    return new Promise((give) => this.#asked.push({ where, give }));
  }

  #info(): Outcome<RequestResult<'get_group_info'>> {
    const at = { epoch: this.group.epoch, seq: this.group.head };
    const pinned = this.pinned().map((message_id) => {
      const seq = this.#messages.find((message) => message.message_id === message_id)?.seq ?? 0;
      return { message_id, seq, pinned_by: 'other', pinned_at: timestamp };
    });
    return { ok: true, requestId: 'r', result: { group_id, group_type: 'public', ...at, pinned } };
  }

  #changesOf(messageId: string): MessageEvent[] {
    return this.group.kept.filter(isChange).filter(({ message_id }) => message_id === messageId);
  }

  /** Users who have the reaction after this change. */
  #users(messageId: string, type: string, actor: string): number {
    const has = new Map(
      this.#changesOf(messageId)
        .filter((change) => change.reaction !== undefined)
        .map((change) => [change.actor_id, change.type === 'reacted']),
    );
    has.set(actor, type === 'reacted');
    return [...has.values()].filter((isOn) => isOn).length;
  }

  #present(message: Extract<Entry, { readonly type: 'message' }>): MessageHistoryEntry {
    if ('deleted' in message) return message;
    const changes = this.#changesOf(message.message_id);
    const state = changes.findLast(({ type }) => type !== 'pinned' && type !== 'unpinned');
    const { message: sent, open, expires_at: _end, ...place } = message;
    const isGone = state?.type === 'deleted';
    if (!isGone && this.#expired.has(message.message_id)) {
      const by = { deleted_by: '$service', deleted_at: expires_at, reason: 'expired' };
      return { ...place, deleted: true, ...by };
    }
    if (state === undefined) return message;
    const state_seq = state.seq;
    if (isGone) {
      const reason = state.reason === undefined ? {} : { reason: state.reason };
      const by = { deleted_by: state.actor_id, deleted_at: state.timestamp, ...reason };
      return { ...place, deleted: true, ...by, state_seq };
    }
    const edit = changes.findLast(({ type }) => type === 'edited');
    const pieces = changes.filter(({ type }) => type === 'appended');
    const whole = { message: sent + pieces.map(({ text }) => text).join('') };
    const isOpen = open === true && edit === undefined && !pieces.some(({ done }) => done);
    const text =
      edit === undefined
        ? { ...whole, ...(isOpen ? { open } : {}) }
        : { message: edit.message ?? '', edits: edit.edits ?? 0, edited_at: timestamp };
    const reaction = changes.findLast(({ type }) => type.endsWith('reacted'));
    const own = changes.findLast(({ type, actor_id }) => type.endsWith('reacted') && actor_id === reader);
    const shown = { count: reaction?.count ?? 0, me: own?.type === 'reacted' };
    const reactions = shown.count === 0 ? {} : { reactions: { '👍': shown } };
    const { open: _open, ...kept } = message;
    return { ...kept, ...text, ...reactions, state_seq };
  }

  #readAnew(entry: Entry): Entry {
    if (isMessage(entry)) return this.#present(entry);
    if (!isChange(entry) || (entry.type !== 'edited' && entry.type !== 'appended')) return entry;
    const changes = this.#changesOf(entry.message_id);
    const { message: _, text, ...rest } = entry;
    const isGone = changes.some(({ type }) => type === 'deleted');
    if (isGone || this.#expired.has(entry.message_id)) return { ...rest, deleted: true };
    const isEdited = changes.some(({ type }) => type === 'edited');
    if (entry.type === 'appended') return isEdited || text === undefined ? rest : { ...rest, text };
    const last = changes.findLast(({ type }) => type === 'edited');
    return { ...rest, message: last?.message ?? '' };
  }

  #emit(effect: Effect): void {
    if (effect.type === 'begin') this.#listeners.emit('begin', { group_id, ...effect.shownTo });
    else if (effect.type === 'resync') this.#listeners.emit('resync', effect.notice);
    else if (effect.type === 'show') {
      if (isMessage(effect.entry)) this.#listeners.emit('message', effect.entry);
      else if (isChange(effect.entry)) this.#listeners.emit('change', effect.entry);
      else this.#listeners.emit('event', effect.entry);
    }
  }
}
