/** Mutes a user again that has come back, if its mute was kept: a second entry, `muted` by the service. */
import { isoTime, type MemberRecord } from '@plenum/core';
import { SERVICE, type UserId } from '@plenum/protocol';
import type { StepBase } from './step.ts';

interface ComingBack {
  readonly userId: UserId;
  readonly member: MemberRecord;
  /** What `takeKeptMute` has returned. */
  readonly kept: Pick<MemberRecord, 'mutedUntilMs'> | null;
}

/** @returns the record of the member afterwards */
export function muteAgain(
  { state, group, nowMs }: StepBase,
  { userId, member, kept }: ComingBack,
): MemberRecord {
  if (kept === null) return member;
  const muted: MemberRecord = { ...member, ...kept, status: 'muted' };
  group.put(userId, muted);
  const { mutedUntilMs } = kept;
  if (mutedUntilMs !== null) state.timed.add(group);
  state.record(
    group,
    {
      type: 'muted',
      user_id: userId,
      actor_id: SERVICE,
      reason: 'rejoined',
      ...(mutedUntilMs === null ? {} : { muted_until: isoTime(mutedUntilMs) }),
    },
    nowMs,
  );
  return muted;
}
