/** A member goes. When the last admin leaves, the longest-standing active member becomes admin; without one a private group ends. */
import type { ChangeDone, LeaveGroup } from '@plenum/core';
import { SERVICE, type UserId } from '@plenum/protocol';
import type { EventDraft } from '../state/group-entries.ts';
import { actedBy, isGone, type Place, type Step } from './step.ts';

export function leave(step: Step<LeaveGroup>): ChangeDone {
  const { actor, userId } = step.command;
  return isGone(step.group, departed(step, userId, actedBy(actor, userId)));
}

/** @returns the seq of the entry `left`. */
export function departed(
  place: Place,
  userId: UserId,
  details: Pick<EventDraft, 'actor_id' | 'reason'>,
): number {
  const { state, group, nowMs } = place;
  group.remove(userId);
  const seq = state.record(group, { type: 'left', user_id: userId, ...details }, nowMs);
  if (group.counts(nowMs).admins === 0) succeed(place);
  return seq;
}

function succeed({ state, group, nowMs }: Place): void {
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
