/** Ends public groups that no user has joined again. */
import { type EmptyGroups, type EndedGroup, partitionOf } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** The port `EmptyGroups` in memory. */
export function memoryEmptyGroups(
  state: MemoryState,
  defer: Defer,
): EmptyGroups & { readonly duePartitions: () => ReadonlySet<number> } {
  const { emptyGroupTtlMs: ttlMs } = state.settings;
  const due = (): readonly GroupState[] => {
    const endedBeforeMs = state.now() - ttlMs;
    for (const group of state.empty)
      if (group.isDeleted || group.receivers.size > 0) state.empty.delete(group);
    return ttlMs === 0 ? [] : [...state.empty].filter(({ log }) => log.lastAppendedMs <= endedBeforeMs);
  };
  const end = (group: GroupState): EndedGroup => {
    const nowMs = state.now();
    const seq = state.record(group, { type: 'deleted', user_id: SERVICE }, nowMs);
    state.end(group, nowMs);
    return { groupId: group.groupId, epoch: group.log.epoch, seq, atMs: nowMs, uninvited: group.uninvited };
  };
  return {
    duePartitions: () => new Set(due().map(({ groupId }) => partitionOf(groupId))),
    endEmpty: (partition) =>
      defer(() =>
        due()
          .filter(({ groupId }) => partitionOf(groupId) === partition)
          .map(end),
      ),
  };
}
