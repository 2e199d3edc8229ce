import { firstRefusal } from '@plenum/core';
import type { Failure, UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';

/**
 * The reason why the rules do not let this user send or read now; null: they do. Rate and queue are not checked here.
 */
export function refusalOf(
  operation: 'send' | 'read',
  userId: UserId,
  { group, nowMs }: { readonly group: GroupState; readonly nowMs: number },
): Failure | null {
  const record = group.member(userId, nowMs);
  const { isBanned, bannedUntilMs } = group.bans.standing(userId, nowMs);
  return firstRefusal(operation, {
    group: { groupType: group.groupType, counts: group.counts(nowMs), maxMembers: group.settings.maxMembers },
    actor: userId,
    actorRecord: record,
    subjectRecord: record,
    isSubjectBanned: isBanned,
    subjectBannedUntilMs: bannedUntilMs,
    nowMs,
  });
}
