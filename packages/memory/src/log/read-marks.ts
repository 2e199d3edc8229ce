import { type ReadMark, type ReadMarks, type ReadPosition, refused } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { refusalOf } from '../groups/facts.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** A member without a mark has read up to the entry that made it a receiver. */
function markOf(group: GroupState, userId: UserId, sinceSeq: number): ReadMark {
  const { seq, messages } = group.reads.get(userId) ?? {
    seq: sinceSeq,
    messages: group.log.messagesUntil(sinceSeq),
  };
  return { readSeq: seq, unread: group.log.messagesUntil(group.log.seq) - messages };
}

/** The port `ReadMarks` in memory. */
export function memoryReadMarks(state: MemoryState, defer: Defer): ReadMarks {
  return {
    mark: (groupId, userId, position) => defer(() => mark(state, { groupId, userId, position })),
    of: (groupId, userId) =>
      defer(() => {
        const group = state.groups.get(groupId);
        const member = group?.member(userId, state.now()) ?? null;
        if (group === undefined || member === null || member.status === 'pending') return null;
        const read = markOf(group, userId, member.sinceSeq);
        const unreadMentions = group.log.mentionsAfter(read.readSeq, userId, state.now());
        return { ...read, unreadMentions };
      }),
  };
}

function mark(
  state: MemoryState,
  asked: { readonly groupId: GroupId; readonly userId: UserId; readonly position: ReadPosition },
) {
  const { groupId, userId, position } = asked;
  const nowMs = state.now();
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  const refusal = refusalOf('read', userId, { group, nowMs });
  if (refusal !== null) return refused(refusal);
  const sinceSeq = group.member(userId, nowMs)?.sinceSeq ?? 0;
  const { epoch } = group.log;
  const isOfThisLog = position.epoch === null || position.epoch === epoch;
  const { readSeq } = markOf(group, userId, sinceSeq);
  const lowest = position.mayFall === true ? sinceSeq : readSeq;
  const marked = Math.max(lowest, isOfThisLog ? Math.min(position.seq, group.log.seq) : readSeq);
  const moved = { hasRisen: marked > readSeq, hasFallen: marked < readSeq };
  if (marked !== readSeq) {
    group.reads.set(userId, { seq: marked, messages: group.log.messagesUntil(marked) });
  }
  return { type: 'marked', ...markOf(group, userId, sinceSeq), epoch, ...moved } as const;
}
