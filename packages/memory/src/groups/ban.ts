/** Bans and their end. A ban outlives the membership that it ends, and needs none. */
import { type BanMember, type ChangeDone, isoTime, type TargetCommand } from '@plenum/core';
import { actedBy, because, isGone, type Step } from './step.ts';

/** `banned` is the last entry that the user receives. */
export function ban({ state, group, command, nowMs }: Step<BanMember>): ChangeDone {
  const { actor, userId, reason, forMs } = command;
  const bannedUntilMs = forMs === null ? null : nowMs + forMs;
  group.remove(userId);
  group.bans.put(userId, bannedUntilMs);
  if (bannedUntilMs !== null) state.timed.add(group);
  const seq = state.record(
    group,
    {
      type: 'banned',
      user_id: userId,
      ...actedBy(actor, userId),
      ...because(reason),
      ...(bannedUntilMs === null ? {} : { banned_until: isoTime(bannedUntilMs) }),
    },
    nowMs,
  );
  return { ...isGone(group, seq), bannedUntilMs };
}

export function unban({ state, group, command, nowMs }: Step<TargetCommand>): ChangeDone {
  const { actor, userId, reason } = command;
  group.bans.delete(userId);
  const seq = state.record(
    group,
    { type: 'unbanned', user_id: userId, ...actedBy(actor, userId), ...because(reason) },
    nowMs,
  );
  return isGone(group, seq);
}
