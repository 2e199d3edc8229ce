/** What a feed knows about a member who has a device on this node, and how log entries change it. Pure. */
import type { GroupEvent, MemberStatus, Role } from '@plenum/protocol';
import type { MemberRecord } from '../groups/records.ts';

export interface KnownMember {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  readonly sinceSeq: number;
  /** The state holds as of this seq; entries up to it are already in it. */
  readonly asOfSeq: number;
}

export const knownFrom = (record: MemberRecord, asOfSeq: number): KnownMember => ({
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
export function memberAfter(member: KnownMember | null, event: GroupEvent): KnownMember | null {
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
export function statusAfter(member: KnownMember | null, event: GroupEvent): MemberStatus | 'none' {
  if (ending.has(event.type)) return 'none';
  if (event.type === 'unbanned') return member?.status ?? 'none';
  if (event.type === 'requested') return 'pending';
  if (event.type === 'muted') return 'muted';
  return event.type === 'promoted' || event.type === 'demoted' ? (member?.status ?? 'active') : 'active';
}
