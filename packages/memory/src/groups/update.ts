import type { ChangeDone, MemberRecord, UpdateGroup } from '@plenum/core';
import { isGone, type Step, standsAs } from './step.ts';

/** Says in the log what changed, in wire names. @param actor null: the service. */
export function update(step: Step<UpdateGroup>, actor: MemberRecord | null): ChangeDone {
  const { state, group, command, nowMs } = step;
  group.settings = { ...group.settings, ...command.changes };
  const changes = onTheWire(command.changes);
  const seq = state.record(group, { type: 'updated', user_id: command.actor, changes }, nowMs);
  return actor === null ? isGone(group, seq) : standsAs(group, actor, seq);
}

/** The metadata is JSON that Node itself has written: parsing it and writing it again gives the same text. */
const onTheWire = ({ maxMembers, history, metadata }: UpdateGroup['changes']) => ({
  ...(maxMembers === undefined ? {} : { max_members: maxMembers }),
  ...(history === undefined ? {} : { history }),
  ...(metadata === undefined ? {} : { metadata: metadata === null ? null : JSON.parse(metadata) }),
});
