import type { ChangeDone, JoinGroup, MemberRecord } from '@plenum/core';
import type { Role } from '@plenum/protocol';
import { actedBy, type Step, standsAs } from './step.ts';

/** Public groups and the service's admission make a member at once; private types an applicant. */
export function join(step: Step<JoinGroup>): ChangeDone {
  const { group, command } = step;
  return group.groupType === 'public' || command.admit ? enter(step) : ask(step);
}

function enter({ state, group, command, nowMs }: Step<JoinGroup>): ChangeDone {
  const { actor, userId } = command;
  const isFirst = group.groupType === 'public' && group.counts(nowMs).active === 0;
  const roles: Role[] = isFirst ? ['admin'] : ['member'];
  const seq = state.record(
    group,
    { type: 'joined', user_id: userId, ...actedBy(actor, userId), ...(isFirst ? { roles } : {}) },
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
  return standsAs(group, member, seq);
}

/** A muted member may ask again: it stops receiving, keeps its roles, and the mute ends with the acceptance. */
function ask({ state, group, command, nowMs }: Step<JoinGroup>): ChangeDone {
  const { actor, userId } = command;
  const before = group.member(userId, nowMs);
  const seq = state.record(group, { type: 'requested', user_id: userId, ...actedBy(actor, userId) }, nowMs);
  const applicant: MemberRecord = {
    status: 'pending',
    roles: before?.roles ?? ['member'],
    joinedAtMs: nowMs,
    sinceSeq: seq,
    mutedUntilMs: null,
  };
  group.put(userId, applicant);
  return standsAs(group, applicant, seq);
}
