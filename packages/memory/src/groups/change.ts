/** Runs one command: checks it by core's rule table, makes the change, and remembers the answer. */
import {
  type ChangeAdmission,
  type ChangeDone,
  type ChangeOutcome,
  firstRefusal,
  type GroupCommand,
  idReserved,
  invitesFull,
  type JoinGroup,
  limitReached,
  linksFull,
  type MemberRecord,
  type Operation,
  overloadedRetryMs,
  queueLimitOf,
  type RuleName,
  refused,
} from '@plenum/core';
import { type Failure, SERVICE } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import type { AnswerScope } from '../state/request-memory.ts';
import { repeatedAccept } from './accepts.ts';
import { endDueMutes } from './due-mutes.ts';
import { factsOf, subjectOf, userOf } from './facts.ts';
import { endInvite, invite, isAdmittedByInvite } from './invites.ts';
import { create, createByJoin, deleteGroup, update } from './lifecycle.ts';
import { createLink, revokeLink } from './links.ts';
import { join, leave } from './membership.ts';
import { memberDone, type StepBase } from './step.ts';
import { accept, ban, changeRole, mute, remove, transfer, unban, unmute } from './targeted.ts';

export function change(state: MemoryState, command: GroupCommand): ChangeOutcome {
  const nowMs = state.now();
  const judged = judgeChange(state, command, nowMs);
  if (judged.type !== 'fine') return judged;
  const { group } = judged;
  const done = group === null ? begin(state, command, nowMs) : apply({ state, group, nowMs }, command);
  const { uninvited: _, ...remembered } = done;
  state.requests.remember(command, remembered, nowMs);
  return done;
}

export function admitChange(state: MemoryState, command: GroupCommand): ChangeAdmission {
  const judged = judgeChange(state, command, state.now());
  return judged.type === 'fine' ? { type: 'admitted' } : judged;
}

interface Fine {
  readonly type: 'fine';
  readonly group: GroupState | null;
}

/** Checks a change, and takes its tokens if nothing refuses it. */
function judgeChange(state: MemoryState, command: GroupCommand, nowMs: number): Fine | ChangeOutcome {
  const retryAfterMs = charge(state, command, nowMs);
  const log = state.presentLog(command.groupId, nowMs);
  const first = state.requests.recall(command, { scope: scopeOf(command), log, nowMs });
  if (first?.type === 'done' || first?.type === 'refused') return first;
  if (first !== null) return refused({ code: 'conflict' });
  if (retryAfterMs > 0) return refused({ code: 'rate_limited', retryAfterMs });
  const group = state.groups.get(command.groupId) ?? null;
  if (group !== null) {
    const users = [userOf(command.actor), subjectOf(command)].filter((userId) => userId !== null);
    endDueMutes(state, group, { users, nowMs });
    const present = presentMember(group, command, nowMs);
    if (present !== null) return present;
  }
  const facts = factsOf(group, command, nowMs);
  const isClosed = state.groupOrTombstone(command.groupId, nowMs)?.isClosed === true;
  const reservedUntilMs = group === null ? state.reservedUntilMs(command.groupId, nowMs) : null;
  const isCreate = group === null && isCreatingJoin(command) && !isClosed && reservedUntilMs === null;
  const isCreating = command.operation === 'create' || isCreate;
  const limited = isCreating ? groupsLimit(state, command) : null;
  if (limited !== null) return refused(limited);
  if (command.operation === 'create' && reservedUntilMs !== null && command.isByService !== true) {
    return refused(idReserved(reservedUntilMs));
  }
  const refusal = isCreate ? null : firstRefusal(ruleOf(command), facts, rowOf(command, group, nowMs));
  if (refusal !== null) return refused(refusal);
  const repeated = repeatedAccept(group, command, nowMs);
  if (repeated !== null) return repeated;
  const hindrance = hindranceOf(state, command, { group, nowMs });
  return hindrance === null ? { type: 'fine', group } : refused(hindrance);
}

/** @returns the refusal if the creator has reached its limit of groups. The service has no limit. */
function groupsLimit(state: MemoryState, { actor, groupId }: GroupCommand): Failure | null {
  const { groupsPerUserMax: max } = state.settings;
  if (actor === SERVICE || max === 0 || state.createdBy(actor) < max) return null;
  // The user's own group exists already: the rule table refuses the create with a better reason.
  if (state.groups.get(groupId)?.creator === actor) return null;
  return limitReached('groups', max);
}

function requestsLimit(state: MemoryState, command: JoinGroup, group: GroupState): Failure | null {
  const { requestsPerUserMax: max } = state.settings;
  const mayAsk = command.actor !== SERVICE && group.groupType !== 'public' && max > 0;
  if (!mayAsk || state.requestsOf(command.userId, max) < max) return null;
  return limitReached('requests', max);
}

/**
 * Makes the last checks of every change: limits of bans and join requests, a token of the acting user, and room for one
 * more entry in the room queue. Null: the token is taken, and nothing can refuse the change after this.
 */
function hindranceOf(
  state: MemoryState,
  command: GroupCommand,
  { group, nowMs }: { readonly group: GroupState | null; readonly nowMs: number },
): Failure | null {
  const { operation, actor, groupId } = command;
  const { bansPerGroupMax, invitesPerGroupMax, linksPerGroupMax, roomQueueLimit } = state.settings;
  if (command.operation === 'ban' && group !== null && bansPerGroupMax > 0) {
    const isNew = !group.bans.standing(command.userId, nowMs).isBanned;
    if (isNew && group.bans.size + group.keptMutes.size >= bansPerGroupMax)
      return limitReached('bans', bansPerGroupMax);
  }
  const limited =
    command.operation === 'join' && group !== null && !isAdmittedByInvite(group, command, nowMs)
      ? requestsLimit(state, command, group)
      : null;
  if (limited !== null) return limited;
  if (command.operation === 'invite' && group?.invites.isFullFor(command.userId, nowMs)) {
    return invitesFull(invitesPerGroupMax);
  }
  if (operation === 'create_link' && group?.links.isFull(nowMs)) return linksFull(linksPerGroupMax);
  const isFree = actor === SERVICE || command.isAdmitted === true;
  const bucket = isFree ? null : `${groupId}\n${actor}`;
  const retryAfterMs = bucket === null ? 0 : state.changeBuckets.missingMs(bucket, nowMs);
  if (retryAfterMs > 0) return { code: 'rate_limited', retryAfterMs };
  const queueLimit = queueLimitOf(operation, roomQueueLimit);
  if (queueLimit !== null && state.outbox.queued(groupId) >= queueLimit) {
    return { code: 'room_overloaded', retryAfterMs: overloadedRetryMs };
  }
  if (bucket !== null) state.changeBuckets.take(bucket, nowMs);
  return null;
}

function scopeOf(command: GroupCommand): AnswerScope {
  if (command.operation === 'delete') return 'always';
  return command.operation === 'create' || isCreatingJoin(command) ? 'living' : 'log';
}

const charged: ReadonlySet<Operation> = new Set(['create', 'join', 'leave']);

/** Takes a token for a change of a user's own membership, whatever its result. @returns ms until there is one, or 0 */
const charge = (state: MemoryState, { operation, actor, isAdmitted }: GroupCommand, nowMs: number): number =>
  actor === SERVICE || isAdmitted === true || !charged.has(operation)
    ? 0
    : state.membershipBuckets.take(actor, nowMs);

/** Answers a join with `ensure` by a user that already has a status: the status stays, and nothing is written. */
function presentMember(group: GroupState, command: GroupCommand, nowMs: number): ChangeDone | null {
  if (command.operation !== 'join' || !command.ensure) return null;
  if (command.linkId !== null && group.links.inForce(command.linkId, nowMs) === null) return null;
  const member = group.member(command.userId, nowMs);
  return member === null ? null : { ...memberDone(group, member, group.log.seq), isDuplicate: true };
}

/**
 * The group type whose rules apply: the service, or an invite, admits into any group under the rules of a public one.
 */
function rowOf(command: GroupCommand, group: GroupState | null, nowMs: number): 'public' | undefined {
  if (command.operation !== 'join') return undefined;
  const isInvited = group !== null && isAdmittedByInvite(group, command, nowMs);
  return command.admit || isInvited ? 'public' : undefined;
}

const ruleOf = (command: GroupCommand): RuleName =>
  command.operation === 'join' && command.linkId !== null ? 'join_by_link' : command.operation;

/** True for a join that creates a group if there is none. */
const isCreatingJoin = (command: GroupCommand): command is JoinGroup =>
  command.operation === 'join' && command.createsPublic && !command.admit && command.linkId === null;

function begin(state: MemoryState, command: GroupCommand, nowMs: number): ChangeDone {
  if (command.operation === 'create') return create(state, command, nowMs);
  if (isCreatingJoin(command)) return createByJoin(state, command, nowMs);
  throw unchecked(command);
}

function apply(at: StepBase, command: GroupCommand): ChangeDone {
  switch (command.operation) {
    case 'create':
      throw unchecked(command);
    case 'join':
      return join({ ...at, command });
    case 'leave':
      return leave({ ...at, command });
    case 'accept':
      return accept({ ...at, command }, subjectIn(at, command));
    case 'reject':
      return remove({ ...at, command }, 'rejected');
    case 'kick':
      return remove({ ...at, command }, 'kicked');
    case 'ban':
      return ban({ ...at, command });
    case 'unban':
      return unban({ ...at, command });
    case 'mute':
      return mute({ ...at, command }, subjectIn(at, command));
    case 'unmute':
      return unmute({ ...at, command }, subjectIn(at, command));
    case 'invite':
      return invite({ ...at, command });
    case 'decline_invite':
    case 'revoke_invite':
      return endInvite({ ...at, command });
    case 'create_link':
      return createLink({ ...at, command });
    case 'revoke_link':
      return revokeLink({ ...at, command });
    case 'promote':
    case 'demote':
      return changeRole({ ...at, command }, subjectIn(at, command));
    case 'transfer':
      return transfer({ ...at, command }, subjectIn(at, command));
    case 'update':
      return update({ ...at, command }, command.actor === SERVICE ? null : subjectIn(at, command));
    case 'delete':
      return deleteGroup({ ...at, command });
  }
}

function subjectIn({ group, nowMs }: StepBase, command: GroupCommand): MemberRecord {
  const subject = subjectOf(command);
  const record = subject && group.member(subject, nowMs);
  if (record === null) throw unchecked(command);
  return record;
}

/** A bug: the rule table has not refused a command that it must refuse. */
const unchecked = ({ operation }: GroupCommand) =>
  new Error(`bug: the rule table let ${operation} pass without the record it needs`);
