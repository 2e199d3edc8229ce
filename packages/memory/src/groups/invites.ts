/** Invites a user, ends an invite, and decides whether an invite lets its user in. */
import {
  type ChangeDone,
  type EndInvite,
  type InviteMember,
  isoTime,
  type JoinGroup,
  mayAccept,
} from '@plenum/core';
import { type Actor, SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import { actedBy, goneDone, type Step } from './step.ts';

type Joining = Pick<JoinGroup, 'userId' | 'linkId'>;

/**
 * Who invited a user that is no member, by itself or by the link of its join, and could accept it now. Null: no one, or
 * the user has neither.
 */
function inviterOf(group: GroupState, { userId, linkId }: Joining, nowMs: number): Actor | null {
  if (group.member(userId, nowMs) !== null) return null;
  const byInvite = group.invites.inForce(userId, nowMs)?.invitedBy;
  const byLink = linkId === null ? undefined : group.links.inForce(linkId, nowMs)?.createdBy;
  const couldAccept = (inviter: Actor) =>
    inviter === SERVICE || mayAccept(group.groupType, group.member(inviter, nowMs));
  const inviters = [byInvite, byLink].filter((inviter) => inviter !== undefined);
  return inviters.find(couldAccept) ?? null;
}

/** True if the user was invited, by itself or by a link, and who did could accept it alone now. */
export function isAdmittedByInvite(group: GroupState, joining: Joining, nowMs: number): boolean {
  const inviter = inviterOf(group, joining, nowMs);
  return inviter === SERVICE || (inviter !== null && group.settings.acceptsNeeded === 1);
}

/** The first accept of an applicant that needs more: an invite counts as one. */
export function acceptByInvite(group: GroupState, joining: Joining, nowMs: number): readonly UserId[] {
  const inviter = inviterOf(group, joining, nowMs);
  return inviter === null || inviter === SERVICE || group.settings.acceptsNeeded === 1 ? [] : [inviter];
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
