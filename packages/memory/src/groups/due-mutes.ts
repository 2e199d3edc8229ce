/** Ends due mutes and bans. */
import { type DueMutes, dueMutesPerStep, partitionOf } from '@plenum/core';
import { type GroupId, SERVICE, type UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** How long a request that has ended is answered as such. */
const requestTraceMs = 600_000;

/**
 * Ends the earliest due mutes and bans, at most 50 of each, then those of `users`. After that the stored status of these
 * users is up to date.
 */
export function endDueMutes(
  state: MemoryState,
  group: GroupState,
  due: { readonly users: readonly UserId[]; readonly nowMs: number },
): void {
  const { nowMs } = due;
  group.bans.dropEnded(nowMs, dueMutesPerStep);
  group.keptMutes.dropEnded(nowMs);
  for (const userId of group.dueRequests(nowMs, dueMutesPerStep)) expire(userId);
  for (const userId of due.users) if (group.isExpired(userId, nowMs)) expire(userId);
  for (const userId of group.dueMutes(nowMs, dueMutesPerStep)) end(userId);
  for (const userId of due.users) if (group.isMuteDue(userId, nowMs)) end(userId);

  function expire(userId: UserId): void {
    group.remove(userId);
    group.expired.set(userId, nowMs + requestTraceMs);
    state.record(group, { type: 'request_expired', user_id: userId, actor_id: SERVICE }, nowMs);
  }

  function end(userId: UserId): void {
    const record = group.member(userId, nowMs);
    if (record === null) return;
    group.put(userId, record);
    state.record(group, { type: 'unmuted', user_id: userId, actor_id: SERVICE, reason: 'expired' }, nowMs);
  }
}

/** Ends all due mutes and bans in groups that get no request. */
export function endDueMutesOfIdleGroups(
  state: MemoryState,
  nowMs: number,
  isMeant: (groupId: GroupId) => boolean = () => true,
): void {
  for (const group of [...state.timed].filter(({ groupId }) => isMeant(groupId))) {
    group.bans.dropEnded(nowMs, Number.POSITIVE_INFINITY);
    while (group.dueMutes(nowMs, 1).length + group.dueRequests(nowMs, 1).length > 0) {
      endDueMutes(state, group, { users: [], nowMs });
    }
    if (!group.hasTimedMutes && !group.hasTimedRequests && !group.bans.hasTimed) state.timed.delete(group);
  }
}

/** The port `DueMutes` in memory. */
export const memoryDueMutes = (state: MemoryState, defer: Defer): DueMutes => ({
  endDueMutes: (partition) =>
    defer(() => endDueMutesOfIdleGroups(state, state.now(), (groupId) => partitionOf(groupId) === partition)),
});
