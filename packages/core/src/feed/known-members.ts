/** Tracks the members of one group who have a device on this node, and pushes changes of their membership to them. */
import type { GroupEvent, GroupId, MemberStatus, MembershipPush, Role } from '@plenum/protocol';
import type { MemberRecord } from '../groups/records.ts';
import { firstSeqOf, type UserEvent, userEventsOf } from '../log/user-events.ts';
import type { FeedSink } from './feed-sink.ts';

/** A member who has a device on this node, as the feed knows it. Log entries change it. */
export interface KnownMember {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  readonly sinceSeq: number;
  /** The changes up to this tick are already in this state: see `tickOf`. */
  readonly asOf: number;
}

const knownFrom = (record: MemberRecord, asOf: number): KnownMember => ({
  status: record.status,
  roles: record.roles,
  sinceSeq: record.sinceSeq,
  asOf,
});

const becoming: ReadonlySet<GroupEvent['type']> = new Set(['created', 'joined', 'accepted']);
const ending: ReadonlySet<GroupEvent['type']> = new Set([
  'left',
  'kicked',
  'banned',
  'rejected',
  'request_expired',
  'deleted',
]);

const inviteTypes: ReadonlySet<GroupEvent['type']> = new Set([
  'invited',
  'invite_declined',
  'invite_revoked',
]);
/** True if the entry or push is about an invite: its user is no member before it and after it. */
export const isInvite = ({ type }: Pick<GroupEvent, 'type'>): boolean => inviteTypes.has(type);

/** True if the event makes its user a receiver, from this entry on. */
export const startsReceiving = (event: UserEvent): boolean => becoming.has(event.type);

/**
 * True if the event is in the last entry that its user receives: the user left, was removed, or became an applicant again.
 */
export const endsReceiving = (event: UserEvent): boolean =>
  ending.has(event.type) || event.type === 'requested';

/** @returns the member after `event`, whose subject it is; null: it is no longer a member */
function memberAfter(member: KnownMember | null, event: UserEvent, asOf: number): KnownMember | null {
  if (ending.has(event.type)) return null;
  const roles = event.roles ?? member?.roles ?? ['member'];
  if (becoming.has(event.type)) {
    return { status: event.becomes ?? 'active', roles, sinceSeq: firstSeqOf(event), asOf };
  }
  if (event.type === 'requested') return { status: 'pending', roles, sinceSeq: event.seq, asOf };
  if (member === null) return null;
  if (event.type === 'muted') return { ...member, status: 'muted', asOf };
  if (event.type === 'unmuted') return { ...member, status: 'active', asOf };
  return { ...member, roles, asOf };
}

/** The status to push after `event`. For a member that the feed did not know, the event alone decides. */
function statusAfter(member: KnownMember | null, event: UserEvent): MembershipPush['status'] {
  if (isInvite(event)) return event.type === 'invited' ? 'invited' : 'none';
  if (ending.has(event.type)) return 'none';
  if (event.becomes !== undefined) return event.becomes;
  if (event.type === 'unbanned') return member?.status ?? 'none';
  if (event.type === 'requested' || event.type === 'endorsed') return 'pending';
  if (event.type === 'muted') return 'muted';
  return event.type === 'promoted' || event.type === 'demoted' ? (member?.status ?? 'active') : 'active';
}

/** Membership events that are kept to correct reads which began before them. */
const recentMax = 256;

/**
 * The members and applicants of one group who have a device on this node. Pushes every change of their membership to
 * them once, and corrects records that were read before the feed's latest entries.
 */
export class KnownMembers {
  readonly #groupId: GroupId;
  readonly #sink: Pick<FeedSink, 'push' | 'devicesOf'>;
  readonly #members = new Map<string, KnownMember>();
  /** The tick of the last membership push that each user got. */
  readonly #pushed = new Map<string, number>();
  /** Users that got the push about the end of the group. */
  readonly #toldOfEnd = new Set<string>();
  #recent: { readonly event: UserEvent; readonly tick: number }[] = [];
  /** Membership changes up to this tick are not in `#recent`. */
  #forgotten = 0;
  #changes = 0;

  constructor(groupId: GroupId, sink: Pick<FeedSink, 'push' | 'devicesOf'>) {
    this.#groupId = groupId;
    this.#sink = sink;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Rises with each change of a membership that was applied or missed. */
  get changes(): number {
    return this.#changes;
  }

  has(userId: string): boolean {
    return this.#members.has(userId);
  }

  /** The users that are known. */
  users(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** The users whose state was read at a tick after this one. */
  knownBeyond(tick: number): readonly string[] {
    return [...this.#members].flatMap(([userId, { asOf }]) => (asOf > tick ? [userId] : []));
  }

  /** True if the state of the user that is known contains the change of this tick. */
  knowsAsOf(userId: string, tick: number): boolean {
    return (this.#members.get(userId)?.asOf ?? 0) >= tick;
  }

  /** False: a record that was read at this tick is too old to be corrected and has to be read again. */
  canCorrect(tick: number): boolean {
    return tick >= this.#forgotten;
  }

  /** Changes up to this tick were missed: what is read from now on has to be younger. */
  missed(tick: number): void {
    this.#recent = [];
    this.#forgotten = tick;
    this.#changes += 1;
  }

  /**
   * Applies a record that was read at a tick. @returns the member as of the feed's last change; null: not a member
   */
  note(userId: string, record: MemberRecord | null, readAt: number): KnownMember | null {
    let member = record === null ? null : knownFrom(record, readAt);
    for (const { event, tick } of this.#recent) {
      const isConcerned = event.user_id === userId || event.type === 'deleted';
      if (isConcerned && tick > readAt) member = memberAfter(member, event, tick);
    }
    if (member === null) this.forget(userId);
    else this.#members.set(userId, member);
    return member;
  }

  forget(userId: string): void {
    this.#members.delete(userId);
    this.#pushed.delete(userId);
  }

  /** Starts again: the changes up to this tick were never seen here. */
  clear(tick: number): void {
    this.#members.clear();
    this.#pushed.clear();
    this.#toldOfEnd.clear();
    this.missed(tick);
  }

  onEvent(entry: GroupEvent, tick = entry.seq): void {
    for (const event of userEventsOf(entry)) this.onUserEvent(event, tick);
  }

  onUserEvent(event: UserEvent, tick: number): void {
    this.#remember(event, tick);
    if (event.type === 'updated' || event.type === 'link_created' || event.type === 'link_revoked') return;
    if (event.type === 'deleted') {
      for (const userId of new Set([...this.#members.keys(), ...this.#pushed.keys()])) {
        if (this.#toldOfEnd.has(userId)) continue;
        this.#toldOfEnd.add(userId);
        this.push(userId, tick, this.#payloadOf(event, this.#members.get(userId) ?? null));
      }
      this.#members.clear();
      this.#pushed.clear();
      return;
    }
    const userId = event.user_id;
    const known = this.#members.get(userId) ?? null;
    const member = known !== null && tick <= known.asOf ? known : memberAfter(known, event, tick);
    if (member === null) this.#members.delete(userId);
    else if (this.#hasDevice(userId)) this.#members.set(userId, member);
    const payload = this.#payloadOf(event, known);
    this.push(userId, tick, payload);
    // The membership may have been pushed before this feed applied it (by a nudge): clear the mark so that its end is
    // pushed too.
    if (member === null && payload.status === 'none') this.#pushed.delete(userId);
  }

  /** Pushes `membership` to all devices of the user unless they got this or a later change. */
  push(userId: string, tick: number, payload: MembershipPush): void {
    if (tick <= (this.#pushed.get(userId) ?? 0)) return;
    let isPushed = false;
    for (const device of this.#sink.devicesOf(userId)) {
      this.#sink.push(device, 'membership', payload);
      isPushed = true;
    }
    if (isPushed) this.#pushed.set(userId, tick);
  }

  /** Pushes the change that a nudge brought, unless a later entry has already decided the user's membership. */
  pushNudged(userId: string, seq: number, payload: MembershipPush): void {
    const member = this.#members.get(userId);
    // A join that is no entry names the last entry before it.
    if (member?.sinceSeq !== (payload.unlisted === true ? seq + 1 : seq)) return;
    this.push(userId, member.asOf, { ...payload, status: member.status, roles: [...member.roles] });
  }

  /** Pushes the invite, or the end of one, that a nudge brought, unless its entry or a later one has been applied. */
  pushToInvited(userId: string, seq: number, payload: MembershipPush): void {
    if (payload.type === 'deleted') {
      if (this.#toldOfEnd.has(userId)) return;
      this.#toldOfEnd.add(userId);
    }
    const isApplied = this.#recent.some(({ event }) => event.user_id === userId && event.seq >= seq);
    if (!isApplied && !this.#members.has(userId)) this.push(userId, seq, payload);
  }

  #remember(event: UserEvent, tick: number): void {
    this.#changes += 1;
    this.#recent.push({ event, tick });
    if (this.#recent.length > recentMax) this.#forgotten = this.#recent.shift()?.tick ?? this.#forgotten;
  }

  #hasDevice(userId: string): boolean {
    for (const _ of this.#sink.devicesOf(userId)) return true;
    return false;
  }

  #payloadOf(event: UserEvent, before: KnownMember | null): MembershipPush {
    const status = statusAfter(before, event);
    return {
      group_id: this.#groupId,
      status,
      roles:
        status === 'none' || status === 'invited' ? [] : [...(event.roles ?? before?.roles ?? ['member'])],
      type: event.type,
      ...(event.actor_id === undefined ? {} : { actor_id: event.actor_id }),
      ...(event.reason === undefined ? {} : { reason: event.reason }),
      ...(event.isUnlisted ? { unlisted: true } : {}),
    };
  }
}
