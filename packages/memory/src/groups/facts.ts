/** What the rule table of core has to know of a group at one instant, and of the users of a command. */
import { type Facts, firstRefusal, type GroupCommand } from '@plenum/core';
import { type Actor, type Failure, SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';

export const userOf = (actor: Actor): UserId | null => (actor === SERVICE ? null : actor);

/** The user whom a command concerns: for example the one who is banned, or the one who joins. */
export const subjectOf = (command: GroupCommand): UserId | null =>
  'userId' in command ? command.userId : userOf(command.actor);

export function factsOf(group: GroupState | null, command: GroupCommand, nowMs: number): Facts {
  const actor = userOf(command.actor);
  const subject = subjectOf(command);
  const ban = subject === null ? undefined : group?.bans.standing(subject, nowMs);
  return {
    group: group && groupFactsOf(group, nowMs),
    actor: command.actor,
    actorRecord: actor && (group?.member(actor, nowMs) ?? null),
    subjectRecord: subject && (group?.member(subject, nowMs) ?? null),
    isSubjectBanned: ban?.isBanned === true,
    subjectBannedUntilMs: ban?.bannedUntilMs ?? null,
    isSubjectInvited: subject !== null && (group?.invites.inForce(subject, nowMs) ?? null) !== null,
    ...(command.operation === 'mute' ? { isTimed: command.forMs !== null } : {}),
    hasChangedSince: command.operation === 'update' && group?.hasChangedSince(command.ifSeq) === true,
    ...('role' in command ? { role: command.role } : {}),
    link: linkOf(group, command, nowMs),
    hasRequestExpired: subject !== null && group?.expired.has(subject) === true,
    nowMs,
  };
}

const linkOf = (group: GroupState | null, command: GroupCommand, nowMs: number) =>
  'linkId' in command && command.linkId !== null
    ? (group?.links.inForce(command.linkId, nowMs) ?? null)
    : null;

/** What concerns one user; `actor` acts on it, and counts as the user itself if it is no service. */
export function factsAbout(
  userId: UserId,
  actor: Actor,
  { group, nowMs }: { readonly group: GroupState; readonly nowMs: number },
): Facts {
  const record = group.member(userId, nowMs);
  const { isBanned, bannedUntilMs } = group.bans.standing(userId, nowMs);
  return {
    group: groupFactsOf(group, nowMs),
    actor,
    actorRecord: actor === SERVICE ? null : record,
    subjectRecord: record,
    isSubjectBanned: isBanned,
    subjectBannedUntilMs: bannedUntilMs,
    slowedUntilMs: group.slowedUntilMs(userId, nowMs),
    nowMs,
  };
}

/** Why the rules do not let this user send or read now; null: they do. Rate and queue are not checked here. */
export function refusalOf(
  operation: 'send' | 'read',
  userId: UserId,
  at: { readonly group: GroupState; readonly nowMs: number },
): Failure | null {
  return firstRefusal(operation, factsAbout(userId, userId, at));
}

export const groupFactsOf = (group: GroupState, nowMs: number) => ({
  groupType: group.groupType,
  counts: group.counts(nowMs),
  maxMembers: group.settings.maxMembers,
  posting: group.settings.posting,
});
