import type { ChangeDone, LeaveGroup } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { actedBy, isGone, type Step } from './step.ts';

/** When the last admin goes, the longest-standing active member follows him; without one a private group ends. */
export function leave(step: Step<LeaveGroup>): ChangeDone {
  const { state, group, command, nowMs } = step;
  const { actor, userId } = command;
  group.remove(userId);
  const seq = state.record(group, { type: 'left', user_id: userId, ...actedBy(actor, userId) }, nowMs);
  if (group.counts(nowMs).admins === 0) succeed(step);
  return isGone(group, seq);
}

function succeed({ state, group, nowMs }: Step<LeaveGroup>): void {
  const successor = group.successor();
  const member = successor === null ? null : group.member(successor.userId, nowMs);
  if (successor !== null && member !== null) {
    group.put(successor.userId, { ...member, roles: ['admin'] });
    state.record(
      group,
      { type: 'promoted', user_id: successor.userId, actor_id: SERVICE, roles: ['admin'] },
      nowMs,
    );
  } else if (group.groupType !== 'public') {
    state.record(group, { type: 'deleted', user_id: SERVICE }, nowMs);
    state.end(group, nowMs);
  }
}
