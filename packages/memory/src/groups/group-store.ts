/** The port `GroupStore` in memory. */
import {
  forgedCursor,
  type GroupActivity,
  type GroupRecord,
  type GroupStore,
  type Invite,
  isReceiver,
  type LastMessage,
  type LinkedGroup,
  type MemberRow,
  type Membership,
  messageOf,
  type Page,
  type Position,
  type Standing,
  type Standings,
  strangerStanding,
} from '@plenum/core';
import { type GroupId, groupIdSchema, type MemberStatus, type UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import type { GroupState, Place } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { byText, type SortedList } from '../state/sorted-list.ts';
import { tracedStep } from '../traced-step.ts';
import { admitChange, change } from './change.ts';
import { changeMembers } from './change-members.ts';
import { bansPage, invitesPage } from './outsiders.ts';

export function memoryGroupStore(state: MemoryState, defer: Defer): GroupStore {
  return {
    change: (command) => tracedStep(command.operation, defer, () => change(state, command)),
    admit: (command) => defer(() => admitChange(state, command)),
    changeMembers: (command) => defer(() => changeMembers(state, command)),
    group: (groupId) =>
      defer(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : recordOf(group, state.now());
      }),
    position: (groupId, userId) =>
      defer(() => {
        const nowMs = state.now();
        const group = state.groupOrTombstone(groupId, nowMs);
        return group && positionOf(group, userId, nowMs);
      }),
    members: (groupId, page) =>
      defer(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : memberPage(group, page, state.now());
      }),
    bans: (groupId, page) =>
      defer(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : bansPage(group, page, state.now());
      }),
    invites: (groupId, page) =>
      defer(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : invitesPage(group, page, state.now());
      }),
    links: (groupId) => defer(() => state.groups.get(groupId)?.links.list(state.now()) ?? null),
    linked: (groupId, linkId) =>
      defer(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : linkedGroup(group, linkId, state.now());
      }),
    list: (page) => defer(() => groupPage(state, page)),
    memberships: (userId, page) => defer(() => membershipPage(state, userId, page)),
    groupIdsOf: (userId, { cursor, limit }) =>
      defer(() => {
        checkCursor(cursor);
        const groupIds = state.memberships.page(userId, cursor, limit + 1);
        const rows = groupIds.slice(0, limit);
        return { rows, nextCursor: groupIds.length > limit ? (rows.at(-1) ?? null) : null };
      }),
    standings: (groupId, wanted) =>
      defer(() => {
        const group = state.groupOrTombstone(groupId, state.now());
        return group === null ? null : standingsIn(group, wanted, state.now());
      }),
    activity: (userId) => defer(() => activityOf(state, userId)),
    membershipsIn: (userId, groupIds) =>
      defer(() => groupIds.flatMap((groupId) => membershipOf(state, userId, groupId) ?? [])),
  };
}

function linkedGroup(group: GroupState, linkId: string, nowMs: number): LinkedGroup | null {
  const link = group.links.inForce(linkId, nowMs);
  if (link === null) return null;
  const { active, muted } = group.counts(nowMs);
  return {
    groupType: group.groupType,
    metadata: group.settings.metadata,
    membersCount: active + muted,
    link,
  };
}

function recordOf(group: GroupState, nowMs: number): GroupRecord {
  return {
    ...group.settings,
    groupId: group.groupId,
    groupType: group.groupType,
    createdAtMs: group.createdAtMs,
    counts: group.counts(nowMs),
    head: group.log.head(nowMs, false),
    hasLevels: group.levels.size > 0,
  };
}

function positionOf(group: GroupState, userId: UserId | null, nowMs: number): Position {
  return {
    groupType: group.groupType,
    settings: group.settings,
    head: group.log.head(nowMs, group.isDeleted),
    member: userId && group.member(userId, nowMs),
    ...(userId === null ? { isBanned: false, bannedUntilMs: null } : group.bans.standing(userId, nowMs)),
    slowedUntilMs: userId && group.slowedUntilMs(userId, nowMs),
    invite: userId && inviteOf(group, userId, nowMs),
  };
}

function standingsIn(
  group: GroupState,
  { userIds, wholeMax }: { readonly userIds: readonly UserId[]; readonly wholeMax: number },
  nowMs: number,
): Standings {
  const { receivers, applicants } = group;
  const isWhole = receivers.size + applicants.size <= wholeMax;
  const members = isWhole ? [...receivers.slice(0, wholeMax), ...applicants.slice(0, wholeMax)] : [];
  const wanted = new Set([...members.map(({ userId }) => userId), ...userIds]);
  const standings = new Map(
    [...wanted].map((userId): [UserId, Standing] => [
      userId,
      { member: group.member(userId, nowMs), ...group.bans.standing(userId, nowMs) },
    ]),
  );
  const head = group.log.head(nowMs, group.isDeleted);
  return { head, isWhole, of: (userId) => standings.get(userId) ?? strangerStanding };
}

const inviteOf = (group: GroupState, userId: UserId, nowMs: number): Invite | null =>
  group.member(userId, nowMs) === null ? group.invites.inForce(userId, nowMs) : null;

/** Refuses a cursor that is no group id: a cursor is the last id of the previous page. */
function checkCursor(cursor: string | null): void {
  if (cursor !== null && !groupIdSchema.safeParse(cursor).success) throw forgedCursor();
}

function groupPage(
  { groupIds }: MemoryState,
  page: { readonly prefix: string; readonly cursor: string | null; readonly limit: number },
): Page<GroupId> {
  const { prefix, cursor, limit } = page;
  checkCursor(cursor);
  const start = groupIds.countWhile(
    (groupId) => byText(groupId, prefix) < 0 || (cursor !== null && byText(groupId, cursor) <= 0),
  );
  const found = groupIds.slice(start, limit + 1).filter((groupId) => groupId.startsWith(prefix));
  const rows = found.slice(0, limit);
  return { rows, nextCursor: found.length > limit ? (rows.at(-1) ?? null) : null };
}

function membershipPage(
  state: MemoryState,
  userId: UserId,
  page: { readonly cursor: string | null; readonly limit: number },
): Page<Membership> {
  checkCursor(page.cursor);
  const groupIds = state.memberships.page(userId, page.cursor, page.limit + 1);
  const rows = groupIds.slice(0, page.limit).flatMap((groupId) => membershipOf(state, userId, groupId) ?? []);
  const hasMore = groupIds.length > page.limit;
  return { rows, nextCursor: hasMore ? (groupIds[page.limit - 1] ?? null) : null };
}

function membershipOf(state: MemoryState, userId: UserId, groupId: GroupId): Membership | null {
  const nowMs = state.now();
  const group = state.groups.get(groupId);
  if (group === undefined) return null;
  const member = group.member(userId, nowMs);
  const invite = inviteOf(group, userId, nowMs);
  if (member === null && invite === null) return null;
  return { groupId, groupType: group.groupType, member, invite, head: group.log.head(nowMs, false) };
}

function activityOf(state: MemoryState, userId: UserId): readonly GroupActivity[] {
  const groupIds = state.memberships.page(userId, null, Number.POSITIVE_INFINITY);
  return groupIds.map((groupId) => {
    const group = state.groups.get(groupId);
    return { groupId, last: group === undefined ? null : lastMessageOf(group, userId, state.now()) };
  });
}

function lastMessageOf(group: GroupState, userId: UserId, nowMs: number): LastMessage | null {
  const member = group.member(userId, nowMs);
  if (!isReceiver(member)) return null;
  const { seq, oldestSeq } = group.log.head(nowMs, false);
  const firstSeq = Math.max(oldestSeq, group.settings.history === 'all' ? 0 : member.sinceSeq);
  for (let at = seq; at >= firstSeq; at -= 1) {
    const entry = group.log.message(at, nowMs);
    if (entry === null) continue;
    const { timestamp } = messageOf(entry).result;
    return { epoch: entry.epoch, seq: at, timestampMs: Date.parse(timestamp) };
  }
  return null;
}

interface MemberQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: MemberStatus | null;
}

function placeOf(cursor: string): number {
  const [, place] = /^m(\d{1,15}(?:\.\d{1,7})?)$/.exec(cursor) ?? [];
  if (place === undefined) throw forgedCursor();
  return Number(place);
}

const listsFor = (group: GroupState, status: MemberStatus | null): readonly SortedList<Place>[] => {
  if (status === null) return [group.receivers, group.applicants];
  return [status === 'pending' ? group.applicants : group.receivers];
};

/** In the order of their places, which no member changes while it is in the group. */
function memberPage(group: GroupState, query: MemberQuery, nowMs: number): Page<MemberRow> {
  const { cursor, limit, status } = query;
  const afterSeq = cursor === null ? 0 : placeOf(cursor);
  const found = listsFor(group, status)
    .flatMap((list) =>
      list.slice(
        list.countWhile(({ seq }) => seq <= afterSeq),
        limit + 1,
      ),
    )
    .sort((a, b) => a.seq - b.seq);
  const places = found.slice(0, limit);
  const rows: MemberRow[] = [];
  for (const { userId } of places) {
    const member = group.member(userId, nowMs);
    if (member === null || (status !== null && member.status !== status)) continue;
    rows.push({ ...member, userId, note: group.notes.get(userId) ?? null });
  }
  const last = places.at(-1);
  return { rows, nextCursor: found.length > limit && last !== undefined ? `m${last.seq}` : null };
}
