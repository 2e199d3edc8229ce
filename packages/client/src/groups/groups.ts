/** The groups of one client. Performs the effects of their sequences: sends requests, and calls the application's listeners. */
import type { ErrorCode, limits, PushPayload, RelayMessagePush, RequestResult } from '@plenum/protocol';
import type { ClientEvents, Listeners } from '../client-events.ts';
import type { PushListeners } from '../connection/link.ts';
import type { Clock } from '../platform.ts';
import type { Ask, Outcome } from '../requests/outcome.ts';
import {
  type Effect,
  type Entry,
  isChange,
  isMessage,
  type KnownPosition,
  type PageRead,
} from './effects.ts';
import { GroupSequence } from './group-sequence.ts';
import { Limiter } from './limiter.ts';

// The types make the compiler compare these numbers with the limits of the protocol, whose code is not shipped.
const pageMax: (typeof limits)['pageMax'] = 200;
const subscribeMax: (typeof limits)['subscribeMax'] = 256;
const readsAtOnce = 8;
/** Pause before a failed read or subscription is retried, ms. */
const againMs = 1000;

const noReaderCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'group_not_found',
  'not_a_member',
  'pending_membership',
  'banned',
]);
/** True if the user may not read the group. Any other failure is retried. */
const isNoReader = (code: string): boolean => noReaderCodes.has(code);

export interface GroupPosition extends KnownPosition {
  readonly group_id: string;
}
type Rows = RequestResult<'subscribe'>['groups'];
type GroupPushes = Pick<
  PushListeners,
  'relay_message' | 'group_event' | 'message_event' | 'subscribed' | 'resync' | 'membership'
>;

interface GroupsDeps {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly listeners: Listeners<ClientEvents>;
  /** True if the server attaches a connecting device to all groups of its user. */
  readonly isAuto: boolean;
  readonly positions: readonly GroupPosition[];
}

export class Groups {
  readonly #deps: GroupsDeps;
  readonly #sequences = new Map<string, GroupSequence>();
  readonly #reads = new Limiter(readsAtOnce);
  readonly #toVerify = new Set<string>();
  /** For a group whose effects are being performed: the last entry that was really shown. Its sequence is already further. */
  readonly #shownTo = new Map<GroupSequence, KnownPosition | null>();
  #isOpen = false;

  constructor(deps: GroupsDeps) {
    this.#deps = deps;
    for (const { group_id, ...known } of deps.positions) {
      this.#sequences.set(group_id, new GroupSequence(group_id, known));
    }
  }

  readonly pushes: GroupPushes = {
    relay_message: (push) => this.#onMessage(push),
    group_event: (event) => this.#on(event.group_id, (sequence) => sequence.onEntry(event)),
    message_event: (change) => this.#on(change.group_id, (sequence) => sequence.onEntry(change)),
    subscribed: (push) => this.#onSubscribed(push),
    resync: (push) => this.#on(push.group_id, (sequence) => sequence.onResync(push)),
    membership: (push) => {
      const isReceiver = push.status === 'active' || push.status === 'muted';
      this.#sequence(push.group_id).onMembership(isReceiver, push.unlisted);
      this.#deps.listeners.emit('membership', push);
    },
  };

  /** @returns the position of each group, from which another process can continue */
  positions(): GroupPosition[] {
    return [...this.#sequences.values()].flatMap((sequence) => {
      const { groupId: group_id, position } = sequence;
      return position === null ? [] : [{ group_id, ...(this.#shownTo.get(sequence) ?? position) }];
    });
  }

  /** @returns the positions that fit into a handshake; the others are sent when it is accepted */
  claims(): GroupPosition[] {
    this.lost();
    if (!this.#deps.isAuto) return [];
    const claimed = [...this.#sequences.values()].filter(({ phase }) => phase === 'detached');
    return claimed.slice(0, subscribeMax).flatMap((sequence) => {
      const { groupId: group_id, position } = sequence;
      sequence.asking('claimed');
      return position === null ? [] : [{ group_id, ...position }];
    });
  }

  opened(): void {
    this.#isOpen = true;
    for (const sequence of this.#sequences.values())
      if (sequence.phase === 'detached') this.#verify(sequence);
  }

  lost(): void {
    this.#isOpen = false;
    this.#toVerify.clear();
    for (const [groupId, sequence] of this.#sequences) {
      sequence.detach();
      if (sequence.phase === 'new') this.#sequences.delete(groupId);
    }
  }

  /** This device's join or create was answered, and the user receives entries. */
  joined(
    groupId: string,
    { epoch, seq, from_seq }: KnownPosition & { readonly from_seq?: number | undefined },
  ): void {
    this.#on(groupId, (sequence) =>
      sequence.onJoined({ epoch, seq: from_seq ?? seq }, from_seq !== undefined),
    );
  }

  /** This device's `leave` was answered. Its last entry and a push may still follow. */
  left(groupId: string): void {
    this.#sequences.get(groupId)?.onLeft();
  }

  subscribe(groupIds: readonly string[], { isInternal = false } = {}): Promise<Outcome<{ groups: Rows }>> {
    for (const groupId of groupIds) this.#sequence(groupId).asking('verifying');
    const args = () => ({ groups: groupIds.map((groupId) => this.#claim(groupId)) });
    const onOutcome = (outcome: Outcome<{ groups: Rows }>) => this.#onAnswer(groupIds, outcome);
    return this.#deps.ask('subscribe', args, { isInternal, onOutcome });
  }

  /** @returns the position for a `subscribe`. Until the answer comes, no entry may change it */
  #claim(group_id: string) {
    const sequence = this.#sequence(group_id);
    if (sequence.phase !== 'off') sequence.asking('verifying');
    return { group_id, ...sequence.position };
  }

  unsubscribe(
    groupIds: readonly string[],
    { isInternal = false } = {},
  ): Promise<Outcome<RequestResult<'unsubscribe'>>> {
    for (const groupId of groupIds) {
      const sequence = this.#sequence(groupId);
      sequence.turnOff(this.#shownTo.get(sequence) ?? null);
      this.#shownTo.delete(sequence);
    }
    const args = () => ({ groups: groupIds.map((group_id) => ({ group_id })) });
    return this.#deps.ask('unsubscribe', args, { isInternal });
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

  #onMessage({ request_id, result }: RelayMessagePush): void {
    this.#on(result.group_id, (sequence) => sequence.onEntry({ type: 'message', request_id, ...result }));
  }

  #onSubscribed({ groups }: PushPayload<'subscribed'>): void {
    for (const at of groups) {
      this.#deps.listeners.emit('subscribed', at);
      this.#on(at.group_id, (sequence) => sequence.onAttached(at));
    }
  }

  #perform(sequence: GroupSequence, effect: Effect): void {
    const { listeners } = this.#deps;
    switch (effect.type) {
      case 'begin':
        this.#shownTo.set(sequence, effect.at);
        listeners.emit('begin', { group_id: sequence.groupId, ...effect.at });
        break;
      case 'show':
        this.#show(sequence, effect.entry);
        break;
      case 'resync':
        this.#shownTo.set(sequence, effect.shownTo);
        listeners.emit('resync', effect.notice);
        break;
      case 'recovered':
        listeners.emit('recovered', effect.notice);
        break;
      case 'read':
        this.#readWhenFree(sequence, effect.page);
        break;
      case 'verify':
        this.#verify(sequence);
        break;
      case 'unsubscribe':
        this.unsubscribe([sequence.groupId], { isInternal: true }).catch(() => undefined);
    }
  }

  #show(sequence: GroupSequence, entry: Entry): void {
    this.#shownTo.set(sequence, { epoch: entry.epoch, seq: entry.seq });
    if (isMessage(entry)) this.#deps.listeners.emit('message', entry);
    else if (isChange(entry)) this.#deps.listeners.emit('change', entry);
    else this.#deps.listeners.emit('event', entry);
  }

  async #read(sequence: GroupSequence, { ticket, ...where }: PageRead): Promise<void> {
    const { groupId: group_id } = sequence;
    if (!sequence.isAwaiting(ticket)) return;
    const args = () => ({ group_id, ...where, limit: pageMax });
    const page = await this.#deps.ask('history', args, { isInternal: true });
    if (!sequence.isAwaiting(ticket)) return;
    if (page.ok) this.#on(group_id, () => sequence.onPage(ticket, page.result));
    else if (isNoReader(page.failure.code)) this.#on(group_id, () => sequence.onRefused());
    else this.#deps.clock.after(againMs, () => this.#readWhenFree(sequence, { ticket, ...where }));
  }

  #readWhenFree(sequence: GroupSequence, page: PageRead): void {
    this.#reads.run(() => this.#read(sequence, page));
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
    for (let i = 0; i < groupIds.length; i += subscribeMax) {
      this.subscribe(groupIds.slice(i, i + subscribeMax), { isInternal: true }).catch(() => undefined);
    }
  }

  #onAnswer(groupIds: readonly string[], outcome: Outcome<{ groups: Rows }>): void {
    const rows = new Map<string, Rows[number]>(
      outcome.ok ? outcome.result.groups.map((row) => [row.group_id, row]) : [],
    );
    for (const groupId of groupIds) {
      const row = rows.get(groupId);
      if (row === undefined) this.#verifyLater(groupId);
      else if (!('code' in row)) this.#on(groupId, (sequence) => sequence.onAttached(row, true));
      else if (isNoReader(row.code)) this.#on(groupId, (sequence) => sequence.onRefused());
      else this.#verifyLater(groupId);
    }
  }

  /** Verifies a position after a pause. Without a connection, the next handshake does it. */
  #verifyLater(groupId: string): void {
    if (!this.#isOpen) {
      this.#sequence(groupId).detach();
      return;
    }
    this.#deps.clock.after(againMs, () => {
      const sequence = this.#sequences.get(groupId);
      if (sequence?.phase === 'verifying') this.#verify(sequence);
    });
  }
}
