/** Invites a user, ends an invite, and decides whether an invite lets its user in. */
import { type ChangeDone, type EndInvite, type InviteMember, isoTime, mayAccept } from '@plenum/core';
import { SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import { actedBy, goneDone, type Step } from './step.ts';

/** True if an invite of the user is in force, and its inviter could accept the user now. */
export function isAdmittedByInvite(group: GroupState, userId: UserId, nowMs: number): boolean {
  const found = group.member(userId, nowMs) === null ? group.invites.inForce(userId, nowMs) : null;
  if (found === null) return false;
  if (found.invitedBy === SERVICE) return true;
  return (
    group.settings.acceptsNeeded === 1 && mayAccept(group.groupType, group.member(found.invitedBy, nowMs))
  );
}

/** The first accept of an applicant that needs more: an invite counts as one. */
export function acceptByInvite(group: GroupState, userId: UserId, nowMs: number): readonly UserId[] {
  const invitedBy = group.invites.inForce(userId, nowMs)?.invitedBy ?? SERVICE;
  if (invitedBy === SERVICE || group.settings.acceptsNeeded === 1) return [];
  return mayAccept(group.groupType, group.member(invitedBy, nowMs)) ? [invitedBy] : [];
}

/** The user is no member, so it receives nothing, not even the entry `invited`. */
export function invite({ state, group, command, nowMs }: Step<InviteMember>): ChangeDone {
  const { actor, userId, forMs } = command;
  const untilMs = forMs === null ? null : nowMs + forMs;
  group.invite(userId, { invitedBy: actor, untilMs }, nowMs);
  const timed = untilMs === null ? {} : { invited_until: isoTime(untilMs) };
  const seq = state.record(
    group,
    { type: 'invited', user_id: userId, ...actedBy(actor, userId), ...timed },
    nowMs,
  );
  return { ...goneDone(group, seq), invitedUntilMs: untilMs };
}

export function endInvite({ state, group, command, nowMs }: Step<EndInvite>): ChangeDone {
  const { operation, actor, userId } = command;
  group.endInvite(userId);
  const type = operation === 'decline_invite' ? 'invite_declined' : 'invite_revoked';
  return goneDone(group, state.record(group, { type, user_id: userId, ...actedBy(actor, userId) }, nowMs));
}
