/**
 * Evaluates the checks of the rule table on a snapshot of the facts. Pure; due mutes have already been ended in the
 * snapshot.
 */
import {
  type Actor,
  type ErrorCode,
  type Failure,
  type GrantedRole,
  type GroupType,
  limits,
  type MemberStatus,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import type { GroupRecord, InviteLink, MemberRecord } from './records.ts';
import { bannedFailure, changedSince, hasRole, isoTime, isUsedUp } from './records.ts';
import { type Check, type CheckName, type RuleName, rules } from './rule-table.ts';

export interface Facts {
  /** Null: no such group (a tombstone counts as none). */
  readonly group: Pick<GroupRecord, 'groupType' | 'counts' | 'maxMembers' | 'posting'> | null;
  readonly actor: Actor;
  readonly actorRecord: MemberRecord | null;
  /** The user whom the operation concerns; equal to the actor in join, leave and send. */
  readonly subjectRecord: MemberRecord | null;
  readonly isSubjectBanned: boolean;
  /** Null: the user is not banned, or its ban has no end. */
  readonly subjectBannedUntilMs?: number | null;
  /** True for a mute with an end: it may change the end of another mute. */
  readonly isTimed?: boolean;
  /** True if settings were changed after the `if_seq` of an update. */
  readonly hasChangedSince?: boolean;
  /** The role that a promotion gives. */
  readonly role?: GrantedRole;
  /** Null: slow mode lets the user send now. */
  readonly slowedUntilMs?: number | null;
  /** True if an invite of the user is in force. Absent: there is none. */
  readonly isSubjectInvited?: boolean;
  /** True if the request of the subject to join has ended a short time ago. */
  readonly hasRequestExpired?: boolean;
  /** The invite link of the operation; null or absent: none is in force. */
  readonly link?: Pick<InviteLink, 'maxUses' | 'uses'> | null;
  readonly nowMs: number;
  /** Of an operation on a message; null: the log has no such message. A tombstone is one that was taken down. */
  readonly message?: MessageFacts | null;
}

export interface MessageFacts {
  readonly author: UserId;
  readonly isTakenDown: boolean;
  /** True if the actor may read it: the group shows its whole history, or the message is in the actor's range. */
  readonly isReadable: boolean;
  readonly isInEditWindow: boolean;
  /** True if its author is in the group since it was sent and may append to it. */
  readonly isOpen: boolean;
}

type Group = NonNullable<Facts['group']>;
const isActiveAdmin = (record: MemberRecord | null) =>
  record !== null && record.status === 'active' && record.roles.includes('admin');
const isModerator = (record: MemberRecord | null) =>
  record !== null && record.status === 'active' && hasRole(record);
const isFull = (group: Group) =>
  group.maxMembers !== null && group.counts.active + group.counts.muted >= group.maxMembers;

const holds: Readonly<Record<CheckName, (facts: Facts, group: Group) => boolean>> = {
  'group absent': () => false,
  'group exists': () => true,
  'group is unchanged': ({ hasChangedSince }) => hasChangedSince !== true,
  'group is strict_private': (_, group) => group.groupType === 'strict_private',
  'actor is in the group': ({ actorRecord }) => actorRecord !== null,
  'actor is active': ({ actorRecord }) => actorRecord?.status === 'active',
  'actor is an active admin': ({ actorRecord }) => isActiveAdmin(actorRecord),
  'actor is an active admin or moderator': ({ actorRecord }) => isModerator(actorRecord),
  'user is not banned': ({ isSubjectBanned }) => !isSubjectBanned,
  'user is no member': ({ subjectRecord }) => subjectRecord === null,
  'user may ask again': ({ subjectRecord }) => subjectRecord === null || subjectRecord.status === 'muted',
  'user is in the group': ({ subjectRecord }) => subjectRecord !== null,
  'target is in the group': ({ subjectRecord }) => subjectRecord !== null,
  'request has not expired': ({ hasRequestExpired, subjectRecord }) =>
    subjectRecord !== null || hasRequestExpired !== true,
  'target is pending': ({ subjectRecord }) => subjectRecord?.status === 'pending',
  'target may be muted': ({ subjectRecord, isTimed }) =>
    (subjectRecord?.status === 'active' && !subjectRecord.roles.includes('admin')) ||
    (subjectRecord?.status === 'muted' && isTimed === true),
  'target may get the role': ({ subjectRecord, role = 'admin' }) =>
    subjectRecord?.status === 'active' &&
    !subjectRecord.roles.includes('admin') &&
    !subjectRecord.roles.includes(role),
  'target is below the actor': ({ actor, actorRecord, subjectRecord }) =>
    actor === SERVICE || isActiveAdmin(actorRecord) || (subjectRecord !== null && !hasRole(subjectRecord)),
  'target is muted': ({ subjectRecord }) => subjectRecord?.status === 'muted',
  'target is not the last admin': ({ subjectRecord }, group) =>
    !isActiveAdmin(subjectRecord) || group.counts.admins > 1,
  'sender is in the group': ({ subjectRecord }) => subjectRecord !== null,
  'sender is not pending': ({ subjectRecord }) => subjectRecord?.status !== 'pending',
  'sender is not muted': ({ subjectRecord }) => subjectRecord?.status !== 'muted',
  'sender may post': ({ subjectRecord }, { posting }) =>
    posting === 'members' || (posting === 'admins' && subjectRecord?.roles.includes('admin') === true),
  'sender is not slowed down': ({ slowedUntilMs }) => (slowedUntilMs ?? null) === null,
  'reader is in the group': ({ subjectRecord }) => subjectRecord !== null,
  'reader is not pending': ({ subjectRecord }) => subjectRecord?.status !== 'pending',
  'user is invited': ({ isSubjectInvited }) => isSubjectInvited === true,
  'target is invited': ({ isSubjectInvited }) => isSubjectInvited === true,
  'target is no member': ({ subjectRecord }) => subjectRecord === null,
  'target is not banned': ({ isSubjectBanned }) => !isSubjectBanned,
  'target is banned': ({ isSubjectBanned }) => isSubjectBanned,
  'link is in force': ({ link }) => link != null,
  'link has uses left': ({ link }) => link != null && !isUsedUp(link),
  'target has a role': ({ subjectRecord }) => subjectRecord !== null && hasRole(subjectRecord),
  'place is free': (_, group) => !isFull(group),
  'actor is not banned': ({ isSubjectBanned }) => !isSubjectBanned,
  'actor is not pending': ({ actorRecord }) => actorRecord?.status !== 'pending',
  'message is readable': ({ message }) => message?.isReadable === true && !message.isTakenDown,
  'message is kept': ({ message }) => message != null,
  'message is by the actor': ({ message, actor }) => message?.author === actor,
  'message is by the actor, or the actor is an active admin or moderator': ({
    message,
    actor,
    actorRecord,
  }) => actor === SERVICE || message?.author === actor || isModerator(actorRecord),
  'message is in the edit window': ({ message }) => message?.isInEditWindow === true,
  'message is open': ({ message }) => message?.isOpen === true,
  'place for an applicant is free': ({ subjectRecord }, group) =>
    subjectRecord?.status === 'muted' || (!isFull(group) && group.counts.pending < limits.pendingMax),
};

/** @returns the first refusal in the table's order; null: the operation may proceed */
export function firstRefusal(operation: RuleName, facts: Facts, type?: GroupType): Failure | null {
  const group = facts.group;
  if (group === null) return operation === 'create' ? null : { code: absenceOf(operation) };
  for (const check of rules[operation][type ?? group.groupType]) {
    if (check.ofActor && facts.actor === SERVICE) continue;
    if (!holds[check.name](facts, group)) return refusal(check, facts);
  }
  return null;
}

/** The code where there is no such group. */
const absenceOf = (operation: RuleName): ErrorCode =>
  rules[operation].public.find(({ name }) => name === 'group exists')?.code ?? 'group_not_found';

/**
 * Why the service cannot add a user in this status; null: it can. A status that the group's type does not know is
 * refused before anything about the user.
 */
export function additionRefusal(facts: Facts, status: MemberStatus): Failure | null {
  const { group } = facts;
  if (group !== null && status === 'muted' && group.groupType !== 'strict_private') {
    return { code: 'not_strict_private' };
  }
  if (group !== null && status === 'pending' && group.groupType === 'public') return noApplicants;
  const refused = firstRefusal('add', facts);
  if (refused !== null || group === null || status !== 'pending') return refused;
  return group.counts.pending < limits.pendingMax ? null : { code: 'group_full' };
}

/** Of an addition as `pending` to a public group. */
export const noApplicants: Failure = {
  code: 'invalid_args',
  error: 'status: a public group has no pending members',
  details: { field: 'status' },
};

export interface Judged {
  readonly check: CheckName;
  readonly code: ErrorCode;
  readonly ok: boolean;
}

/**
 * Evaluates every check of a row except checks of a target, a link or a message. Without a group, the list has only `group
 * exists`.
 * @param type whose rules apply; default: that of the group
 */
export function judge(operation: RuleName, facts: Facts, type?: GroupType): readonly Judged[] {
  const { group } = facts;
  if (group === null) return [{ check: 'group exists', code: absenceOf(operation), ok: false }];
  return rules[operation][type ?? group.groupType]
    .filter(({ name, ofActor }) => !isOfNamed(name) && !(ofActor && facts.actor === SERVICE))
    .map((check) => ({ check: check.name, code: codeOf(check, facts), ok: holds[check.name](facts, group) }));
}

const isOfNamed = (name: CheckName) => /^(?:target|link|message|request) /.test(name);

/** Where a group has no moderator, an admin is missing. */
const codeOf = ({ code }: Check, { group }: Facts): ErrorCode =>
  code === 'not_moderator' && (group?.counts.moderators ?? 0) === 0 ? 'not_admin' : code;

function refusal(check: Check, facts: Facts): Failure {
  const { subjectRecord, subjectBannedUntilMs, slowedUntilMs, nowMs } = facts;
  if (check.code === 'conflict') return changedSince;
  if (check.code === 'banned') return bannedFailure(subjectBannedUntilMs ?? null);
  if (check.code === 'slow_mode') {
    return { code: 'slow_mode', retryAfterMs: Math.max(1, (slowedUntilMs ?? nowMs) - nowMs) };
  }
  const untilMs = subjectRecord?.mutedUntilMs ?? null;
  if (check.code === 'muted' && untilMs !== null) {
    return {
      code: 'muted',
      retryAfterMs: Math.max(1, untilMs - nowMs),
      details: { muted_until: isoTime(untilMs) },
    };
  }
  return { code: codeOf(check, facts) };
}
