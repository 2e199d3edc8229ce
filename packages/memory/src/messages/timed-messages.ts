/** The port `TimedMessages` over memory. */
import { partitionOf, type TimedMessages } from '@plenum/core';
import type { Defer } from '../defer.ts';
import type { MemoryState } from '../state/memory-state.ts';

const dueMax = 100;

export function memoryTimedMessages(
  state: MemoryState,
  defer: Defer,
): TimedMessages & { readonly duePartitions: () => ReadonlySet<number> } {
  const due = () => {
    const nowMs = state.now();
    const { timedMessages } = state;
    return timedMessages.slice(
      0,
      timedMessages.countWhile(({ atMs }) => atMs <= nowMs),
    );
  };
  return {
    duePartitions: () => new Set(due().map(({ groupId }) => partitionOf(groupId))),
    due: (partition) =>
      defer(() =>
        due()
          .filter(({ groupId }) => partitionOf(groupId) === partition)
          .slice(0, dueMax)
          .map(({ groupId, target }) => ({ groupId, target })),
      ),
    settle: (groupId, targets) =>
      defer(() => {
        const isMeant = (epoch: string, seq: number) =>
          targets.some((target) => target.epoch === epoch && target.seq === seq);
        for (const one of due()) {
          if (one.groupId === groupId && isMeant(one.target.epoch, one.target.seq))
            state.timedMessages.delete(one);
        }
      }),
  };
}
