/** The ports `ReadMarks` and `NotificationLevels` in memory. */
import {
  type NotificationLevels,
  type NotificationSetting,
  type ReadMark,
  type ReadMarks,
  type ReadPosition,
  refused,
} from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { refusalOf } from '../groups/facts.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/**
 * The lowest mark of a member: the entry that made it a receiver. If no entry did, the last one before it; a message makes no user a
 * receiver.
 */
const firstMark = ({ log }: GroupState, sinceSeq: number): number =>
  sinceSeq > log.seq || log.isMessage(sinceSeq) ? sinceSeq - 1 : sinceSeq;

/** A member without a mark has read up to its lowest mark. */
function markOf(group: GroupState, userId: UserId, sinceSeq: number): ReadMark {
  const first = firstMark(group, sinceSeq);
  const { seq, messages } = group.reads.get(userId) ?? {
    seq: first,
    messages: group.log.messagesUntil(first),
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
        return { ...read, unreadMentions, notifications: levelOf(group, userId, state.now()) };
      }),
    among: (groupId, userIds) =>
      defer(() => {
        const reads = state.groups.get(groupId)?.reads;
        return new Map(
          userIds.flatMap((userId): [UserId, number][] => {
            const mark = reads?.get(userId);
            return mark === undefined ? [] : [[userId, mark.seq]];
          }),
        );
      }),
  };
}

/** @returns null for the level `all`, and for one that has ended */
function levelOf(group: GroupState, userId: UserId, nowMs: number): NotificationSetting | null {
  const setting = group.levels.get(userId) ?? null;
  return setting?.untilMs != null && setting.untilMs <= nowMs ? null : setting;
}

/** The port `NotificationLevels` in memory. */
export function memoryNotificationLevels(state: MemoryState, defer: Defer): NotificationLevels {
  return {
    set: (groupId, userId, setting) => defer(() => setLevel(state, { groupId, userId, setting })),
    among: (groupId, userIds) =>
      defer(() => {
        const group = state.groups.get(groupId);
        const found = new Map<UserId, 'mentions' | 'none'>();
        for (const userId of group === undefined ? [] : userIds) {
          const level = group === undefined ? null : levelOf(group, userId, state.now())?.level;
          if (level === 'mentions' || level === 'none') found.set(userId, level);
        }
        return found;
      }),
  };
}

function setLevel(
  state: MemoryState,
  asked: { readonly groupId: GroupId; readonly userId: UserId; readonly setting: NotificationSetting },
) {
  const { groupId, userId, setting } = asked;
  const nowMs = state.now();
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  const refusal = refusalOf('read', userId, { group, nowMs });
  if (refusal !== null) return refused(refusal);
  if (setting.level === 'all') group.levels.delete(userId);
  else group.levels.set(userId, setting);
  const present = levelOf(group, userId, nowMs) ?? { level: 'all', untilMs: null };
  return { type: 'set', setting: present } as const;
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
  const lowest = position.mayFall === true ? firstMark(group, sinceSeq) : readSeq;
  const marked = Math.max(lowest, isOfThisLog ? Math.min(position.seq, group.log.seq) : readSeq);
  const moved = { hasRisen: marked > readSeq, hasFallen: marked < readSeq };
  if (marked !== readSeq) {
    group.reads.set(userId, { seq: marked, messages: group.log.messagesUntil(marked) });
  }
  return { type: 'marked', ...markOf(group, userId, sinceSeq), epoch, ...moved } as const;
}
