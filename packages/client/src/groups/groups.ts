/** The groups of one client. Performs the effects of their sequences: sends requests, and calls the application's listeners. */
import type { ErrorCode, limits, RequestResult } from '@plenum/protocol';
import type { ClientEvents, Listeners } from '../client-events.ts';
import type { ClientOptions } from '../client-options.ts';
import type { PushListeners } from '../connection/link.ts';
import type { Ask, Outcome } from '../requests/outcome.ts';
import {
  type Effect,
  type Entry,
  type GroupPosition,
  isChange,
  isMessage,
  type JoinedAt,
  type KnownPosition,
  type PageRead,
} from './effects.ts';
import { GroupSequence } from './group-sequence.ts';
import { limiter } from './limiter.ts';

// The types make the compiler compare these numbers with the limits of the protocol, whose code is not shipped.
const pageMax: (typeof limits)['pageMax'] = 200;
const subscribeMax: (typeof limits)['subscribeMax'] = 256;
const readsAtOnce = 8;
/** Pause before a failed read or subscription is retried, ms. */
const againMs = 1000;

/** Failures of a user that may not read the group. Any other failure is retried. */
const ofNoReader: readonly string[] = [
  'group_not_found',
  'not_a_member',
  'pending_membership',
  'banned',
] satisfies ErrorCode[];

/** Of a join with an invite the answer names the group. */
interface Joined extends JoinedAt {
  readonly group_id?: string | undefined;
  readonly status?: string;
}
type Rows = RequestResult<'subscribe'>['groups'];
type GroupPushes = Pick<
  PushListeners,
  'relay_message' | 'group_event' | 'message_event' | 'subscribed' | 'resync' | 'membership'
>;

type GroupsOptions = Pick<Required<ClientOptions>, 'clock' | 'subscribe' | 'positions'>;

export class Groups {
  readonly #ask: Ask;
  readonly #listeners: Listeners<ClientEvents>;
  readonly #options: GroupsOptions;
  readonly #sequences = new Map<string, GroupSequence>();
  readonly #readWhenFree = limiter(readsAtOnce);
  readonly #toVerify = new Set<string>();
  /** For a group whose effects are being performed: the last entry that was really shown. Its sequence is already further. */
  readonly #shownTo = new Map<GroupSequence, KnownPosition | null>();
  #isOpen = false;

  constructor(ask: Ask, listeners: Listeners<ClientEvents>, options: GroupsOptions) {
    this.#ask = ask;
    this.#listeners = listeners;
    this.#options = options;
    for (const { group_id, ...known } of options.positions) {
      this.#sequences.set(group_id, new GroupSequence(group_id, known));
    }
  }

  readonly pushes: GroupPushes = {
    relay_message: ({ request_id, result }) => this.#onEntry({ type: 'message', request_id, ...result }),
    group_event: (event) => this.#onEntry(event),
    message_event: (change) => this.#onEntry(change),
    subscribed: ({ groups }) => {
      for (const at of groups) {
        this.#listeners.emit('subscribed', at);
        this.#on(at.group_id, (sequence) => sequence.onAttached(at));
      }
    },
    resync: (push) => this.#on(push.group_id, (sequence) => sequence.onResync(push)),
    membership: (push) => {
      const isReceiver = push.status === 'active' || push.status === 'muted';
      this.#sequence(push.group_id).onMembership(isReceiver, push.unlisted);
      this.#listeners.emit('membership', push);
    },
  };

  /** @returns the position of each group, from which another process can continue */
  positions(): GroupPosition[] {
    return this.#positionsOf([...this.#sequences.values()]);
  }

  /** @returns the positions that fit into a handshake; the others are sent when it is accepted */
  claims(): GroupPosition[] {
    this.lost();
    if (this.#options.subscribe === 'none') return [];
    const claimed = this.#detached().slice(0, subscribeMax);
    for (const sequence of claimed) sequence.asking('claimed');
    return this.#positionsOf(claimed);
  }

  #detached(): GroupSequence[] {
    return [...this.#sequences.values()].filter(({ phase }) => phase === 'detached');
  }

  #positionsOf(sequences: readonly GroupSequence[]): GroupPosition[] {
    return sequences.flatMap((sequence) => {
      const { groupId: group_id, position } = sequence;
      return position === null ? [] : [{ group_id, ...(this.#shownTo.get(sequence) ?? position) }];
    });
  }

  opened(): void {
    this.#isOpen = true;
    for (const sequence of this.#detached()) this.#verify(sequence);
  }

  lost(): void {
    this.#isOpen = false;
    this.#toVerify.clear();
    for (const [groupId, sequence] of this.#sequences) {
      sequence.detach();
      if (sequence.phase === 'new') this.#sequences.delete(groupId);
    }
  }

  /** This device's join or create was answered. */
  joined(answer: Joined): void {
    const { group_id, status } = answer;
    if (group_id === undefined || status === 'pending') return;
    this.#on(group_id, (sequence) => sequence.onJoined(answer));
  }

  /** This device's `leave` was answered. Its last entry and a push may still follow. */
  left(groupId: string): void {
    this.#sequences.get(groupId)?.onLeft();
  }

  /** @param isInternal as in {@link AskOptions} */
  subscribe(groupIds: readonly string[], isInternal?: boolean): Promise<Outcome<{ groups: Rows }>> {
    for (const groupId of groupIds) this.#sequence(groupId).asking('verifying');
    const args = () => ({ groups: groupIds.map((groupId) => this.#claim(groupId)) });
    const onOutcome = (outcome: Outcome<{ groups: Rows }>) => this.#onAnswer(groupIds, outcome);
    return this.#ask('subscribe', args, { isInternal, onOutcome });
  }

  /** @returns the position for a `subscribe`. Until the answer comes, no entry may change it */
  #claim(group_id: string) {
    const sequence = this.#sequence(group_id);
    if (sequence.phase !== 'off') sequence.asking('verifying');
    return { group_id, ...sequence.position };
  }

  /** @param isInternal as in {@link AskOptions} */
  unsubscribe(
    groupIds: readonly string[],
    isInternal?: boolean,
  ): Promise<Outcome<RequestResult<'unsubscribe'>>> {
    for (const groupId of groupIds) {
      const sequence = this.#sequence(groupId);
      sequence.turnOff(this.#shownTo.get(sequence) ?? null);
      this.#shownTo.delete(sequence);
    }
    const args = () => ({ groups: groupIds.map((group_id) => ({ group_id })) });
    return this.#ask('unsubscribe', args, { isInternal });
  }

  #sequence(groupId: string): GroupSequence {
    const sequence = this.#sequences.get(groupId) ?? new GroupSequence(groupId);
    this.#sequences.set(groupId, sequence);
    return sequence;
  }

  #on(groupId: string, event: (sequence: GroupSequence) => readonly Effect[]): void {
    const sequence = this.#sequence(groupId);
    const { position } = sequence;
    const effects = event(sequence);
    this.#shownTo.set(sequence, position);
    for (const effect of effects) {
      // A listener may have unsubscribed the group: the other entries come when it subscribes again.
      if (this.#shownTo.has(sequence)) this.#perform(sequence, effect);
    }
    this.#shownTo.delete(sequence);
  }

  #onEntry(entry: Entry): void {
    this.#on(entry.group_id, (sequence) => sequence.onEntry(entry));
  }

  #perform(sequence: GroupSequence, effect: Effect): void {
    switch (effect.type) {
      case 'show':
        this.#show(sequence, effect.entry);
        break;
      case 'read':
        this.#read(sequence, effect.page);
        break;
      case 'verify':
        this.#verify(sequence);
        break;
      case 'unsubscribe':
        void this.unsubscribe([sequence.groupId], true);
        break;
      default:
        if (effect.shownTo !== undefined) this.#shownTo.set(sequence, effect.shownTo);
        this.#listeners.emit(effect.type, effect.notice);
    }
  }

  #show(sequence: GroupSequence, entry: Entry): void {
    this.#shownTo.set(sequence, { epoch: entry.epoch, seq: entry.seq });
    const event = isMessage(entry) ? 'message' : isChange(entry) ? 'change' : 'event';
    this.#listeners.emit(event, entry);
  }

  #read(sequence: GroupSequence, read: PageRead): void {
    void this.#readWhenFree(async () => {
      const { ticket, ...where } = read;
      const { groupId: group_id } = sequence;
      if (!sequence.isAwaiting(ticket)) return;
      const args = () => ({ group_id, ...where, limit: pageMax });
      const page = await this.#ask('history', args, { isInternal: true });
      if (!sequence.isAwaiting(ticket)) return;
      if (page.ok) this.#on(group_id, () => sequence.onPage(ticket, page.result));
      else if (ofNoReader.includes(page.failure.code)) this.#on(group_id, () => sequence.onRefused());
      else this.#options.clock.after(againMs, () => this.#read(sequence, read));
    });
  }

  /** Verifies a position. All positions of one tick are sent in one request. */
  #verify(sequence: GroupSequence): void {
    sequence.asking('verifying');
    this.#toVerify.add(sequence.groupId);
    if (this.#toVerify.size === 1) queueMicrotask(() => this.#verifyAll());
  }

  #verifyAll(): void {
    const groupIds = [...this.#toVerify];
    this.#toVerify.clear();
    while (groupIds.length > 0) void this.subscribe(groupIds.splice(0, subscribeMax), true);
  }

  #onAnswer(groupIds: readonly string[], outcome: Outcome<{ groups: Rows }>): void {
    const rows = new Map<string, Rows[number]>(
      outcome.ok ? outcome.result.groups.map((row) => [row.group_id, row]) : [],
    );
    for (const groupId of groupIds) {
      const row = rows.get(groupId) ?? { code: 'unavailable' };
      if (!('code' in row)) this.#on(groupId, (sequence) => sequence.onAttached(row, true));
      else if (ofNoReader.includes(row.code)) this.#on(groupId, (sequence) => sequence.onRefused());
      else this.#verifyLater(groupId);
    }
  }

  /** Verifies a position after a pause. Without a connection, the next handshake does it. */
  #verifyLater(groupId: string): void {
    if (!this.#isOpen) {
      this.#sequence(groupId).detach();
      return;
    }
    this.#options.clock.after(againMs, () => {
      const sequence = this.#sequences.get(groupId);
      if (sequence?.phase === 'verifying') this.#verify(sequence);
    });
  }
}
