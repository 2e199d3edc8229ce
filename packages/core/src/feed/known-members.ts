/** The members of one group who have a device on this node, and the pushes about their membership. */
import type { GroupEvent, GroupId, MemberStatus, MembershipPush, Role } from '@plenum/protocol';
import type { MemberRecord } from '../groups/records.ts';
import type { FeedSink } from './feed-sink.ts';

/** What a feed knows about a member who has a device on this node, and how log entries change it. Pure. */
export interface KnownMember {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  readonly sinceSeq: number;
  /** The state holds as of this seq; entries up to it are already in it. */
  readonly asOfSeq: number;
}

const knownFrom = (record: MemberRecord, asOfSeq: number): KnownMember => ({
  status: record.status,
  roles: record.roles,
  sinceSeq: record.sinceSeq,
  asOfSeq,
});

const becoming: ReadonlySet<GroupEvent['type']> = new Set(['created', 'joined', 'accepted']);
const ending: ReadonlySet<GroupEvent['type']> = new Set(['left', 'kicked', 'banned', 'rejected', 'deleted']);

/** The entry makes its user a receiver from itself on. */
export const startsReceiving = (event: GroupEvent): boolean => becoming.has(event.type);

/** The entry is the last that its user receives: it left, was removed, or became an applicant again. */
export const endsReceiving = (event: GroupEvent): boolean =>
  ending.has(event.type) || event.type === 'requested';

/** @returns the member after `event`, which concerns it; null when it is no longer one. */
function memberAfter(member: KnownMember | null, event: GroupEvent): KnownMember | null {
  if (ending.has(event.type)) return null;
  const roles = event.roles ?? member?.roles ?? ['member'];
  const asOfSeq = event.seq;
  if (becoming.has(event.type)) return { status: 'active', roles, sinceSeq: event.seq, asOfSeq };
  if (event.type === 'requested') return { status: 'pending', roles, sinceSeq: event.seq, asOfSeq };
  if (member === null) return null;
  if (event.type === 'muted') return { ...member, status: 'muted', asOfSeq };
  if (event.type === 'unmuted') return { ...member, status: 'active', asOfSeq };
  return { ...member, roles, asOfSeq };
}

/** The status to tell the user after `event`; a member whom the feed did not know is judged by the event alone. */
function statusAfter(member: KnownMember | null, event: GroupEvent): MemberStatus | 'none' {
  if (ending.has(event.type)) return 'none';
  if (event.type === 'unbanned') return member?.status ?? 'none';
  if (event.type === 'requested') return 'pending';
  if (event.type === 'muted') return 'muted';
  return event.type === 'promoted' || event.type === 'demoted' ? (member?.status ?? 'active') : 'active';
}

/** Membership entries kept for reads that are under way when they are applied. */
const recentMax = 256;

/**
 * The members of one group who have a device on this node, applicants included. Pushes to them every change of their
 * membership, once, and corrects records that were read before the feed's latest entries.
 */
export class KnownMembers {
  readonly #groupId: GroupId;
  readonly #sink: Pick<FeedSink, 'push' | 'devicesOf'>;
  readonly #members = new Map<string, KnownMember>();
  /** Up to which seq each user got pushes of its membership. */
  readonly #pushedSeq = new Map<string, number>();
  #recent: GroupEvent[] = [];
  /** Membership entries up to this seq are not in `#recent`. */
  #forgottenSeq = 0;

  constructor(groupId: GroupId, sink: Pick<FeedSink, 'push' | 'devicesOf'>) {
    this.#groupId = groupId;
    this.#sink = sink;
  }

  get size(): number {
    return this.#members.size;
  }

  has(userId: string): boolean {
    return this.#members.has(userId);
  }

  /** False: a record read at `headSeq` is too old to be corrected and has to be read again. */
  canCorrect(headSeq: number): boolean {
    return headSeq >= this.#forgottenSeq;
  }

  /** Takes in a record read at `headSeq`. @returns the member as of the feed's last entry; null: not a member, or no longer one. */
  note(userId: string, record: MemberRecord | null, headSeq: number): KnownMember | null {
    let member = record === null ? null : knownFrom(record, headSeq);
    for (const event of this.#recent) {
      const isConcerned = event.user_id === userId || event.type === 'deleted';
      if (isConcerned && event.seq > headSeq) member = memberAfter(member, event);
    }
    if (member === null) this.forget(userId);
    else this.#members.set(userId, member);
    return member;
  }

  forget(userId: string): void {
    this.#members.delete(userId);
    this.#pushedSeq.delete(userId);
  }

  /** Begins anew: entries up to `startSeq` were never seen here. */
  clear(startSeq: number): void {
    this.#members.clear();
    this.#pushedSeq.clear();
    this.#recent = [];
    this.#forgottenSeq = startSeq;
  }

  onEvent(event: GroupEvent): void {
    this.#remember(event);
    if (event.type === 'updated') return;
    if (event.type === 'deleted') {
      for (const userId of new Set([...this.#members.keys(), ...this.#pushedSeq.keys()])) {
        this.push(userId, event.seq, this.#payloadOf(event, this.#members.get(userId) ?? null));
      }
      this.#members.clear();
      this.#pushedSeq.clear();
      return;
    }
    const userId = event.user_id;
    const known = this.#members.get(userId) ?? null;
    const member = known !== null && event.seq <= known.asOfSeq ? known : memberAfter(known, event);
    if (member === null) this.#members.delete(userId);
    else if (this.#hasDevice(userId)) this.#members.set(userId, member);
    const payload = this.#payloadOf(event, known);
    this.push(userId, event.seq, payload);
    // The user may have learned of the membership before this feed did; clear the mark so that the end is pushed too.
    if (member === null && payload.status === 'none') this.#pushedSeq.delete(userId);
  }

  /** Pushes `membership` to all devices of the user unless they got this or a later change. */
  push(userId: string, seq: number, payload: MembershipPush): void {
    if (seq <= (this.#pushedSeq.get(userId) ?? 0)) return;
    let isPushed = false;
    for (const device of this.#sink.devicesOf(userId)) {
      this.#sink.push(device, 'membership', payload);
      isPushed = true;
    }
    if (isPushed) this.#pushedSeq.set(userId, seq);
  }

  /** Pushes the change of a nudge, unless it came too late: a later entry decides the user's membership. */
  pushNudged(userId: string, seq: number, payload: MembershipPush): void {
    const member = this.#members.get(userId);
    if (member?.sinceSeq !== seq) return;
    this.push(userId, member.asOfSeq, { ...payload, status: member.status, roles: [...member.roles] });
  }

  #remember(event: GroupEvent): void {
    this.#recent.push(event);
    if (this.#recent.length > recentMax) this.#forgottenSeq = this.#recent.shift()?.seq ?? this.#forgottenSeq;
  }

  #hasDevice(userId: string): boolean {
    for (const _ of this.#sink.devicesOf(userId)) return true;
    return false;
  }

  #payloadOf(event: GroupEvent, before: KnownMember | null): MembershipPush {
    const status = statusAfter(before, event);
    return {
      group_id: this.#groupId,
      status,
      roles: status === 'none' ? [] : [...(event.roles ?? before?.roles ?? ['member'])],
      type: event.type,
      ...(event.actor_id === undefined ? {} : { actor_id: event.actor_id }),
      ...(event.reason === undefined ? {} : { reason: event.reason }),
    };
  }
}
