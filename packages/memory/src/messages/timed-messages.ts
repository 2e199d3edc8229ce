/** The port `TimedMessages` over memory. */
import { partitionOf, type TimedMessage, type TimedMessages } from '@plenum/core';
import type { Defer } from '../defer.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { isAuthorHere, messageAt } from './facts.ts';

const dueMax = 100;

export function memoryTimedMessages(
  state: MemoryState,
  defer: Defer,
): TimedMessages & { readonly duePartitions: () => ReadonlySet<number> } {
  const isAuthorGone = ({ groupId, target }: TimedMessage): boolean => {
    const group = state.groups.get(groupId);
    const entry = group && messageAt(group, target, state.now());
    return (
      group === undefined || entry === null || entry === undefined || !isAuthorHere(group, entry, state.now())
    );
  };
  const due = () => {
    const nowMs = state.now();
    const { timedMessages } = state;
    const count = timedMessages.countWhile(({ atMs }) => atMs <= nowMs);
    const open = timedMessages.slice(count, timedMessages.size).filter(({ kind }) => kind === 'open');
    return [...timedMessages.slice(0, count), ...open.filter(isAuthorGone)];
  };
  return {
    duePartitions: () => new Set(due().map(({ groupId }) => partitionOf(groupId))),
    due: (partition) =>
      defer(() =>
        due()
          .filter(({ groupId }) => partitionOf(groupId) === partition)
          .slice(0, dueMax)
          .map(({ groupId, target, kind }) => ({ groupId, target, kind })),
      ),
    settle: (groupId, messages) =>
      defer(() => {
        for (const message of messages) state.forgetTimed({ ...message, groupId });
      }),
  };
}
