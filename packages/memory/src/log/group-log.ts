import { firstPerAnswer, type GroupLog, type LogEntry, type LogHead, lastPerAnswer } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { admit, append } from './append.ts';

const bytesOf = ({ wire }: LogEntry): number => wire.length;

/** The port `GroupLog` over memory. The answer comes in the tick of its step, entries in later ticks. */
export function memoryGroupLog(state: MemoryState, defer: Defer): GroupLog {
  const headOf = (group: GroupState): LogHead => group.log.head(state.now(), group.isDeleted);
  const found = (groupId: GroupId) => state.groupOrTombstone(groupId, state.now());
  return {
    append: (draft) => defer(() => append(state, draft)),
    admit: (draft) => defer(() => admit(state, draft)),
    after: (groupId, afterSeq, limit) =>
      defer(() => {
        const group = found(groupId);
        return (
          group && { head: headOf(group), entries: firstPerAnswer(group.log.after(afterSeq, limit), bytesOf) }
        );
      }),
    before: (groupId, beforeSeq, limit) =>
      defer(() => {
        const group = found(groupId);
        return (
          group && {
            head: headOf(group),
            entries: lastPerAnswer(group.log.before(beforeSeq, limit), bytesOf),
          }
        );
      }),
    heads: (groupIds) =>
      defer(() => {
        const groups = groupIds.map(found).filter((group) => group !== null);
        return new Map(groups.map((group) => [group.groupId, headOf(group)]));
      }),
  };
}
