/** Accepts an applicant, in a group where several users have to. */
import {
  type ChangeDone,
  type GroupCommand,
  type MemberRecord,
  mayAccept,
  type TargetCommand,
} from '@plenum/core';
import { SERVICE, type UserId } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import { actedBy, because, memberDone, type Step } from './step.ts';

/** Those who have accepted the applicant and could accept it now. */
const standingAccepts = (group: GroupState, userId: UserId, nowMs: number): readonly UserId[] =>
  (group.accepts.get(userId) ?? []).filter((one) => mayAccept(group.groupType, group.member(one, nowMs)));

/** @returns the answer to a user that accepts an applicant again: nothing is written. Null: it is another command */
export function repeatedAccept(
  group: GroupState | null,
  command: GroupCommand,
  nowMs: number,
): ChangeDone | null {
  if (group === null || command.operation !== 'accept' || command.actor === SERVICE) return null;
  const { acceptsNeeded: needed } = group.settings;
  const standing = standingAccepts(group, command.userId, nowMs);
  const applicant = group.member(command.userId, nowMs);
  if (applicant === null || !standing.includes(command.actor) || standing.length >= needed) return null;
  const done = memberDone(group, applicant, group.log.seq);
  return { ...done, isDuplicate: true, accepts: { count: standing.length, needed } };
}

/** Notes one more accept. @returns null if it is the last that the applicant needs */
export function endorse(
  { state, group, command, nowMs }: Step<TargetCommand>,
  applicant: MemberRecord,
): ChangeDone | null {
  const { actor, userId, reason } = command;
  const { acceptsNeeded: needed } = group.settings;
  if (actor === SERVICE) return null;
  const others = standingAccepts(group, userId, nowMs).filter((one) => one !== actor);
  const count = others.length + 1;
  if (count >= needed) return null;
  group.accepts.set(userId, [...others, actor]);
  const seq = state.record(
    group,
    {
      type: 'endorsed',
      user_id: userId,
      ...actedBy(actor, userId),
      ...because(reason),
      accepts: count,
      accepts_needed: needed,
    },
    nowMs,
  );
  return { ...memberDone(group, applicant, seq), accepts: { count, needed } };
}
