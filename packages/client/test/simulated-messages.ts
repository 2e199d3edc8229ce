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

  send(): void {
    const { epoch, head } = this.group;
    const seq = head + 1;
    const text = { message: `text ${epoch}-${seq}`, from_user_id: reader, request_id: `r${seq}` };
    this.group.append({
      type: 'message',
      group_id,
      message_id: `${epoch}-${seq}`,
      epoch,
      seq,
      timestamp,
      ...text,
    });
  }

  /** @param back which message, counted from the newest. @param by true: the reader */
  change(type: MessageEvent['type'], { back, by }: { readonly back: number; readonly by: boolean }): void {
    const message = this.#messages.at(-1 - back);
    if (message === undefined || 'deleted' in this.#present(message)) return;
    const { epoch, head } = this.group;
    const seq = head + 1;
    const before = this.#present(message);
    const edits = 'deleted' in before ? 0 : (before.edits ?? 0);
    const count = this.#users(message.message_id, type, by ? reader : 'other');
    const isReaction = type === 'reacted' || type === 'unreacted';
    this.group.append({
      group_id,
      type,
      message_id: message.message_id,
      target_seq: message.seq,
      actor_id: by ? reader : 'other',
      epoch,
      seq,
      timestamp,
      ...(type === 'edited' ? { message: `edit ${epoch}-${seq}`, edits: edits + 1 } : {}),
      ...(isReaction ? { reaction: '👍', count } : {}),
    });
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
    if (state === undefined) return message;
    const state_seq = state.seq;
    if (state.type === 'deleted') {
      const { message: _, ...place } = message;
      return { ...place, deleted: true, deleted_by: state.actor_id, deleted_at: state.timestamp, state_seq };
    }
    const edit = changes.findLast(({ type }) => type === 'edited');
    const text =
      edit === undefined ? {} : { message: edit.message ?? '', edits: edit.edits ?? 0, edited_at: timestamp };
    const reaction = changes.findLast(({ type }) => type.endsWith('reacted'));
    const own = changes.findLast(({ type, actor_id }) => type.endsWith('reacted') && actor_id === reader);
    const shown = { count: reaction?.count ?? 0, me: own?.type === 'reacted' };
    const reactions = shown.count === 0 ? {} : { reactions: { '👍': shown } };
    return { ...message, ...text, ...reactions, state_seq };
  }

  #readAnew(entry: Entry): Entry {
    if (isMessage(entry)) return this.#present(entry);
    if (!isChange(entry) || entry.type !== 'edited') return entry;
    const changes = this.#changesOf(entry.message_id);
    const { message: _, ...rest } = entry;
    if (changes.some(({ type }) => type === 'deleted')) return { ...rest, deleted: true };
    const last = changes.findLast(({ type }) => type === 'edited');
    return { ...rest, message: last?.message ?? '' };
  }

  #emit(effect: Effect): void {
    if (effect.type === 'begin') this.#listeners.emit('begin', { group_id, ...effect.at });
    else if (effect.type === 'resync') this.#listeners.emit('resync', effect.notice);
    else if (effect.type === 'show') {
      if (isMessage(effect.entry)) this.#listeners.emit('message', effect.entry);
      else if (isChange(effect.entry)) this.#listeners.emit('change', effect.entry);
      else this.#listeners.emit('event', effect.entry);
    }
  }
}
