/**
 * Lets a user join or leave. When the last admin leaves, the active member with the longest membership becomes admin; a
 * private or strict_private group without such a member is deleted.
 */
import {
  type ChangeDone,
  isUnlisted,
  type JoinGroup,
  type LeaveGroup,
  type MemberRecord,
  unlistedPlace,
} from '@plenum/core';
import { type Role, SERVICE, type UserId } from '@plenum/protocol';
import type { EventDraft } from '../state/group-entries.ts';
import { acceptByInvite, isAdmittedByInvite } from './invites.ts';
import { muteAgain } from './mute-again.ts';
import { actedBy, goneDone, memberDone, type Step, type StepBase } from './step.ts';

/** Makes the user a member if the group is public, or the service or an invite admits it; otherwise an applicant. */
export function join(step: Step<JoinGroup>): ChangeDone {
  const { group, command, nowMs } = step;
  const isAdmitted = command.admit || isAdmittedByInvite(group, command, nowMs);
  const done = group.groupType === 'public' || isAdmitted ? enter(step) : ask(step);
  if (command.linkId !== null) group.links.use(command.linkId);
  return done;
}

const byLink = ({ linkId }: JoinGroup) => (linkId === null ? {} : { link_id: linkId });

function enter({ state, group, command, nowMs }: Step<JoinGroup>): ChangeDone {
  const { actor, userId } = command;
  const isFirst = group.groupType === 'public' && group.counts(nowMs).active === 0;
  const roles: Role[] = isFirst ? ['admin'] : ['member'];
  const kept = group.takeKeptMute(userId, nowMs);
  if (kept === null && isUnlisted(group.settings, { status: 'active', roles })) {
    const event = { type: 'joined', user_id: userId, ...actedBy(actor, userId), ...byLink(command) } as const;
    return enterUnlisted({ state, group, nowMs }, event);
  }
  const seq = state.record(
    group,
    {
      type: 'joined',
      user_id: userId,
      ...actedBy(actor, userId),
      ...(isFirst ? { roles } : {}),
      ...byLink(command),
    },
    nowMs,
  );
  const member: MemberRecord = {
    status: 'active',
    roles,
    joinedAtMs: nowMs,
    sinceSeq: seq,
    mutedUntilMs: null,
  };
  group.put(userId, member);
  return memberDone(group, muteAgain({ state, group, nowMs }, { userId, member, kept }), seq);
}

/** Makes the user a member without an entry: it receives from the next one on. */
function enterUnlisted(
  { state, group, nowMs }: StepBase,
  event: EventDraft & { readonly user_id: UserId },
): ChangeDone {
  const { user_id: userId } = event;
  const { seq } = group.log;
  const member: MemberRecord = {
    status: 'active',
    roles: ['member'],
    joinedAtMs: nowMs,
    sinceSeq: seq + 1,
    mutedUntilMs: null,
  };
  group.put(userId, member, unlistedPlace(seq, (group.log.membersVersion ?? 1) + 1));
  return { ...memberDone(group, member, state.recordUnlisted(group, event, nowMs)), fromSeq: seq + 1 };
}

/** Makes the user an applicant. A muted member may apply too: it stops receiving but keeps its roles. */
function ask({ state, group, command, nowMs }: Step<JoinGroup>): ChangeDone {
  const { actor, userId, note } = command;
  const accepts = acceptByInvite(group, command, nowMs);
  const before = group.member(userId, nowMs);
  const noted = note === null ? {} : { note };
  const seq = state.record(
    group,
    { type: 'requested', user_id: userId, ...actedBy(actor, userId), ...noted, ...byLink(command) },
    nowMs,
  );
  const applicant: MemberRecord = {
    status: 'pending',
    roles: before?.roles ?? ['member'],
    joinedAtMs: nowMs,
    sinceSeq: seq,
    mutedUntilMs: null,
  };
  group.keepMute(userId);
  group.put(userId, applicant);
  const { requestTtlMs } = group.settings;
  if (requestTtlMs !== null) {
    group.endRequestAt(userId, nowMs + requestTtlMs);
    state.timed.add(group);
  }
  if (note !== null) group.notes.set(userId, note);
  if (accepts.length > 0) group.accepts.set(userId, accepts);
  return memberDone(group, applicant, seq);
}

export function leave(step: Step<LeaveGroup>): ChangeDone {
  const { actor, userId } = step.command;
  return goneDone(step.group, departed(step, userId, actedBy(actor, userId)));
}

/**
 * Removes a member that leaves, and finds a successor if it was the last admin.
 * @returns the seq of the entry `left`, or of the last entry if there is none
 */
export function departed(
  step: StepBase,
  userId: UserId,
  details: Pick<EventDraft, 'actor_id' | 'reason'>,
): number {
  const { state, group, nowMs } = step;
  const member = group.member(userId, nowMs);
  const left = { type: 'left', user_id: userId, ...details } as const;
  group.remove(userId);
  if (group.groupType === 'public' && group.receivers.size === 0) state.empty.add(group);
  if (member !== null && isUnlisted(group.settings, member)) return state.recordUnlisted(group, left, nowMs);
  const seq = state.record(group, left, nowMs);
  if (group.counts(nowMs).admins === 0) succeed(step);
  return seq;
}

function succeed({ state, group, nowMs }: StepBase): void {
  const successor = group.successor();
  const member = successor === null ? null : group.member(successor, nowMs);
  if (successor !== null && member !== null) {
    group.put(successor, { ...member, roles: ['admin'] });
    state.record(group, { type: 'promoted', user_id: successor, actor_id: SERVICE, roles: ['admin'] }, nowMs);
  } else if (group.groupType !== 'public') {
    state.record(group, { type: 'deleted', user_id: SERVICE }, nowMs);
    state.end(group, nowMs);
  }
}
