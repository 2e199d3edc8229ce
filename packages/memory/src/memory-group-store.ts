/** The port `GroupStore` over memory. */
import type { GroupRecord, GroupStore, Membership, Page, Position } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { change } from './changes/change.ts';
import type { GroupState } from './group-state.ts';
import type { InTurn } from './later.ts';
import { memberPage } from './member-pages.ts';
import type { MemoryState } from './memory-state.ts';

export function memoryGroupStore(state: MemoryState, inTurn: InTurn): GroupStore {
  return {
    change: (command) => inTurn(() => change(state, command)),
    group: (groupId) =>
      inTurn(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : recordOf(group, state.now());
      }),
    position: (groupId, userId) =>
      inTurn(() => {
        const nowMs = state.now();
        const group = state.groupOrTombstone(groupId, nowMs);
        return group && positionOf(group, userId, nowMs);
      }),
    members: (groupId, page) =>
      inTurn(() => {
        const group = state.groups.get(groupId);
        return group === undefined ? null : memberPage(group, page, state.now());
      }),
    memberships: (userId, page) => inTurn(() => membershipPage(state, userId, page)),
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
  };
}

function positionOf(group: GroupState, userId: UserId | null, nowMs: number): Position {
  return {
    groupType: group.groupType,
    settings: group.settings,
    head: group.log.head(nowMs, group.isDeleted),
    member: userId && group.member(userId, nowMs),
    isBanned: false,
  };
}

function membershipPage(
  state: MemoryState,
  userId: UserId,
  page: { readonly cursor: string | null; readonly limit: number },
): Page<Membership> {
  const nowMs = state.now();
  const groupIds = state.memberships.page(userId, page.cursor, page.limit + 1);
  const rows: Membership[] = [];
  for (const groupId of groupIds.slice(0, page.limit)) {
    const group = state.groups.get(groupId);
    const member = group?.member(userId, nowMs) ?? null;
    if (group === undefined || member === null) continue;
    rows.push({ groupId, groupType: group.groupType, member, head: group.log.head(nowMs, false) });
  }
  const hasMore = groupIds.length > page.limit;
  return { rows, nextCursor: hasMore ? (groupIds[page.limit - 1] ?? null) : null };
}
