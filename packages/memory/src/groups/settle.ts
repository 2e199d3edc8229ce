import { SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** Mutes, and bans, that one command ends at most, besides those of the users it is about. */
const settledAtOnce = 50;

/** Ends due mutes and bans: the earliest first, then those of `users`, so that a stored status is the effective one. */
export function settle(
  state: MemoryState,
  group: GroupState,
  due: { readonly users: readonly UserId[]; readonly nowMs: number },
): void {
  const { nowMs } = due;
  group.bans.dropEnded(nowMs, settledAtOnce);
  for (const userId of group.dueMutes(nowMs, settledAtOnce)) end(userId);
  for (const userId of due.users) if (group.isMuteDue(userId, nowMs)) end(userId);

  function end(userId: UserId): void {
    const record = group.member(userId, nowMs);
    if (record === null) return;
    group.put(userId, record);
    state.record(group, { type: 'unmuted', user_id: userId, actor_id: SERVICE, reason: 'expired' }, nowMs);
  }
}

/** Ends due mutes in groups without requests. */
export function settleIdleGroups(state: MemoryState, nowMs: number): void {
  for (const group of [...state.timed]) {
    group.bans.dropEnded(nowMs, Number.POSITIVE_INFINITY);
    while (group.dueMutes(nowMs, 1).length > 0) settle(state, group, { users: [], nowMs });
    if (!group.hasTimedMutes && !group.bans.hasTimed) state.timed.delete(group);
  }
}
