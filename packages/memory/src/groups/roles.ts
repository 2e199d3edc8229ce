import type { ChangeDone, ChangeRole, MemberRecord } from '@plenum/core';
import { actedBy, type Step, standsAs } from './step.ts';

const newRoles = { promote: ['admin'], demote: ['member'] } as const;

/** Promotes or demotes: status, since_seq and what the member receives stay as they are. */
export function changeRole(step: Step<ChangeRole>, target: MemberRecord): ChangeDone {
  const { state, group, command, nowMs } = step;
  const { operation, actor, userId } = command;
  const roles = [...newRoles[operation]];
  const member: MemberRecord = { ...target, roles };
  group.put(userId, member);
  const type = operation === 'promote' ? 'promoted' : 'demoted';
  const seq = state.record(group, { type, user_id: userId, ...actedBy(actor, userId), roles }, nowMs);
  return standsAs(group, member, seq);
}
