/** Computes the state of a group from its log: members with their status, bans, and the entries that each user must receive. */
import {
  type GroupEvent,
  type HistoryEntry,
  isMessageEvent,
  type MemberStatus,
  type Role,
  SERVICE,
} from '@plenum/protocol';
import { type EpochLog, isMessage } from './history.ts';

export interface FoldedMember {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  /** Seq of the first entry that the member receives; of a pending member, the seq of its request. */
  readonly sinceSeq: number;
}

/** The entries that a user must receive: from `sinceSeq` to `endSeq`, both inclusive. */
export interface ReceivingRange {
  readonly userId: string;
  readonly sinceSeq: number;
  /** Infinity while the member still receives. */
  endSeq: number;
}

interface FoldedInvite {
  readonly inviter: string;
  readonly untilMs: number;
}

interface FoldedLink {
  readonly creator: string;
  readonly untilMs: number;
  readonly usesLeft: number;
}

export interface FoldedGroup {
  readonly members: Map<string, FoldedMember>;
  /** By user, the end of the ban, ms; Infinity: until an unban. */
  readonly bans: Map<string, number>;
  /** By user: who invited it, and the end of the invite, ms; Infinity: it does not end by itself. */
  readonly invites: Map<string, FoldedInvite>;
  /** Invite links by id. */
  readonly links: Map<string, FoldedLink>;
  readonly ranges: ReceivingRange[];
  maxMembers: number;
  /** Who may send. */
  posting: string;
  isDeleted: boolean;
}

export interface FoldedCounts {
  readonly active: number;
  readonly pending: number;
  readonly muted: number;
  readonly admins: number;
}

const emptyGroup = ({
  maxMembers,
  posting = 'members',
}: Pick<EpochLog, 'maxMembers' | 'posting'>): FoldedGroup => ({
  members: new Map(),
  bans: new Map(),
  invites: new Map(),
  links: new Map(),
  ranges: [],
  maxMembers: maxMembers ?? Number.POSITIVE_INFINITY,
  posting,
  isDeleted: false,
});

/** @param visit called for every entry with the state before it */
export function foldLog(
  log: EpochLog,
  visit: (group: FoldedGroup, entry: HistoryEntry) => void = () => {},
): FoldedGroup {
  const group = emptyGroup(log);
  for (const entry of log.entries) {
    visit(group, entry);
    if (!isMessage(entry) && !isMessageEvent(entry)) apply(group, entry);
  }
  return group;
}

export function countsOf({ members }: FoldedGroup): FoldedCounts {
  const counts = { active: 0, pending: 0, muted: 0, admins: 0 };
  for (const { status, roles } of members.values()) {
    counts[status] += 1;
    if (roles.includes('admin')) counts.admins += 1;
  }
  return counts;
}

/** @returns the active member with the longest membership, which becomes admin after the last admin */
export function successorIn({ members }: FoldedGroup): string | undefined {
  const active = [...members].filter(([, { status }]) => status === 'active');
  return active.sort(([, a], [, b]) => a.sinceSeq - b.sinceSeq)[0]?.[0];
}

export function isBannedAt({ bans }: FoldedGroup, userId: string, timestamp: string): boolean {
  const untilMs = bans.get(userId);
  return untilMs !== undefined && untilMs > Date.parse(timestamp);
}

/** @returns the user whose invite is in force; undefined: there is none */
export function inviterAt({ invites }: FoldedGroup, userId: string, timestamp: string): string | undefined {
  const invite = invites.get(userId);
  return invite !== undefined && invite.untilMs > Date.parse(timestamp) ? invite.inviter : undefined;
}

/** @returns the invite link of the entry, if a user could join by it; undefined: it could not, or there is none */
export function linkAt(
  { links }: FoldedGroup,
  { link_id: id, timestamp }: GroupEvent,
): FoldedLink | undefined {
  const link = id === undefined ? undefined : links.get(id);
  return link !== undefined && link.untilMs > Date.parse(timestamp) && link.usesLeft > 0 ? link : undefined;
}

function useLink({ links }: FoldedGroup, { link_id: id = '' }: GroupEvent): void {
  const link = links.get(id);
  if (link !== undefined) links.set(id, { ...link, usesLeft: link.usesLeft - 1 });
}

function makeLink({ links }: FoldedGroup, event: GroupEvent): void {
  const { link_id: id = '', max_uses: usesLeft = Number.POSITIVE_INFINITY, expires_at: until } = event;
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  links.set(id, { creator: actorIn(event), untilMs, usesLeft });
}

function receiveFrom(group: FoldedGroup, userId: string, sinceSeq: number): void {
  group.ranges.push({ userId, sinceSeq, endSeq: Number.POSITIVE_INFINITY });
}
function receiveUpTo(group: FoldedGroup, userId: string, endSeq: number): void {
  const open = group.ranges.find((range) => range.userId === userId && range.endSeq > endSeq);
  if (open !== undefined) open.endSeq = endSeq;
}
function remove(group: FoldedGroup, { user_id: userId, seq }: GroupEvent): void {
  group.members.delete(userId);
  receiveUpTo(group, userId, seq);
}
function change(group: FoldedGroup, userId: string, fields: Partial<FoldedMember>): void {
  const member = group.members.get(userId);
  if (member !== undefined) group.members.set(userId, { ...member, ...fields });
}
function enter(group: FoldedGroup, event: GroupEvent): void {
  const { user_id: userId, seq, roles = ['member'] } = event;
  useLink(group, event);
  group.invites.delete(userId);
  group.members.set(userId, { status: 'active', roles, sinceSeq: seq });
  receiveFrom(group, userId, seq);
}

function request(group: FoldedGroup, event: GroupEvent): void {
  const { user_id: userId, seq } = event;
  useLink(group, event);
  const roles = group.members.get(userId)?.roles ?? ['member'];
  receiveUpTo(group, userId, seq);
  group.invites.delete(userId);
  group.members.set(userId, { status: 'pending', roles, sinceSeq: seq });
}

function accept(group: FoldedGroup, { user_id: userId, seq }: GroupEvent): void {
  change(group, userId, { status: 'active', sinceSeq: seq });
  receiveFrom(group, userId, seq);
}

function ban(group: FoldedGroup, event: GroupEvent): void {
  remove(group, event);
  group.invites.delete(event.user_id);
  const untilMs =
    event.banned_until === undefined ? Number.POSITIVE_INFINITY : Date.parse(event.banned_until);
  group.bans.set(event.user_id, untilMs);
}

function invite(group: FoldedGroup, event: GroupEvent): void {
  const { user_id: userId, invited_until: until } = event;
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  group.invites.set(userId, { inviter: actorIn(event), untilMs });
}

function update(group: FoldedGroup, { changes = {} }: GroupEvent): void {
  if ('posting' in changes) group.posting = String(changes['posting']);
  if (!('max_members' in changes)) return;
  group.maxMembers =
    changes['max_members'] === null ? Number.POSITIVE_INFINITY : Number(changes['max_members']);
}

function end(group: FoldedGroup, { seq }: GroupEvent): void {
  for (const userId of group.members.keys()) receiveUpTo(group, userId, seq);
  group.members.clear();
  group.bans.clear();
  group.invites.clear();
  group.links.clear();
  group.isDeleted = true;
}

/** Each user of the entry, as if it had an entry of its own. */
export const membersOf = (event: GroupEvent): readonly GroupEvent[] =>
  (event.members ?? []).map(({ user_id, status, roles }) => ({
    ...event,
    type: status === 'none' ? 'kicked' : status === 'pending' ? 'requested' : 'joined',
    user_id,
    actor_id: SERVICE,
    ...(roles === undefined ? {} : { roles }),
  }));

function changeMembers(group: FoldedGroup, event: GroupEvent): void {
  for (const one of membersOf(event)) apply(group, one);
  for (const { user_id, status } of event.members ?? []) {
    if (status === 'muted') change(group, user_id, { status });
  }
}

const effects: Readonly<Record<GroupEvent['type'], (group: FoldedGroup, event: GroupEvent) => void>> = {
  created: enter,
  joined: enter,
  requested: request,
  accepted: accept,
  endorsed: () => {},
  rejected: remove,
  request_expired: remove,
  left: remove,
  kicked: remove,
  banned: ban,
  unbanned: (group, { user_id }) => group.bans.delete(user_id),
  muted: (group, { user_id }) => change(group, user_id, { status: 'muted' }),
  unmuted: (group, { user_id }) => change(group, user_id, { status: 'active' }),
  promoted: (group, { user_id, roles = ['admin'] }) => change(group, user_id, { roles }),
  demoted: (group, { user_id }) => change(group, user_id, { roles: ['member'] }),
  invited: invite,
  invite_declined: (group, { user_id }) => group.invites.delete(user_id),
  invite_revoked: (group, { user_id }) => group.invites.delete(user_id),
  link_created: makeLink,
  link_revoked: (group, { link_id = '' }) => group.links.delete(link_id),
  updated: update,
  deleted: end,
  members_changed: changeMembers,
};

/** Applies one entry that is no message. */
export function apply(group: FoldedGroup, event: GroupEvent): void {
  effects[event.type](group, event);
}

/** The actor: the user, unless the entry names another one. */
export const actorIn = ({ actor_id, user_id }: GroupEvent): string => actor_id ?? user_id;
export const isService = (actor: string): boolean => actor === SERVICE;
