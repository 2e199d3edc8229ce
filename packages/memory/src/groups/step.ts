/** The input of every change of a group, and the forms of its result. */
import type { ChangeDone, GroupCommand, MemberRecord } from '@plenum/core';
import type { Actor } from '@plenum/protocol';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** The group that is changed, and the time of the change. */
export interface StepBase {
  readonly state: MemoryState;
  readonly group: GroupState;
  readonly nowMs: number;
}
export interface Step<C extends GroupCommand> extends StepBase {
  readonly command: C;
}

/** The field `actor_id` of an event; absent if the actor is the user itself. */
export const actedBy = (actor: Actor, userId: Actor): { actor_id?: Actor } =>
  actor === userId ? {} : { actor_id: actor };

export const because = (reason: string | null): { reason?: string } => (reason === null ? {} : { reason });

/** The result of a change after which the user has a status. @param seq the seq of the entry that records the change */
export const memberDone = (group: GroupState, member: MemberRecord, seq: number): ChangeDone => ({
  type: 'done',
  isDuplicate: false,
  status: member.status,
  roles: member.roles,
  epoch: group.log.epoch,
  seq,
  mutedUntilMs: member.mutedUntilMs,
  bannedUntilMs: null,
  invitedUntilMs: null,
  accepts: null,
});

/** The result of a change after which the user has no status. @param seq the seq of the entry that records the change */
export const goneDone = (group: GroupState, seq: number): ChangeDone => ({
  type: 'done',
  isDuplicate: false,
  status: 'none',
  roles: [],
  epoch: group.log.epoch,
  seq,
  mutedUntilMs: null,
  bannedUntilMs: null,
  invitedUntilMs: null,
  accepts: null,
  ...(group.uninvited.length === 0 ? {} : { uninvited: group.uninvited }),
});
