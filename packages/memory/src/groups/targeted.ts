/** Changes of another user: accept, reject, kick, ban, unban, mute, unmute, promote, demote and transfer. */
import {
  type BanMember,
  type ChangeDone,
  type DemoteMember,
  isoTime,
  type MemberRecord,
  type MuteMember,
  type PromoteMember,
  type TargetCommand,
  type TransferGroup,
} from '@plenum/core';
import type { Role } from '@plenum/protocol';
import { endorse } from './accepts.ts';
import { muteAgain } from './mute-again.ts';
import { actedBy, because, goneDone, memberDone, type Step } from './step.ts';

/** Makes an applicant a member, if no other accept is needed. It receives entries from `accepted` on. */
export function accept(step: Step<TargetCommand>, applicant: MemberRecord): ChangeDone {
  const endorsed = endorse(step, applicant);
  if (endorsed !== null) return endorsed;
  const { state, group, command, nowMs } = step;
  const seq = state.record(
    group,
    {
      type: 'accepted',
      user_id: command.userId,
      ...actedBy(command.actor, command.userId),
      ...because(command.reason),
    },
    nowMs,
  );
  const member: MemberRecord = { ...applicant, status: 'active', joinedAtMs: nowMs, sinceSeq: seq };
  group.put(command.userId, member);
  return memberDone(
    group,
    muteAgain(step, {
      userId: command.userId,
      member,
      kept: step.group.takeKeptMute(command.userId, step.nowMs),
    }),
    seq,
  );
}

/** Rejects an applicant or removes a member. */
export function remove(step: Step<TargetCommand>, type: 'rejected' | 'kicked'): ChangeDone {
  const { state, group, command, nowMs } = step;
  group.remove(command.userId);
  const seq = state.record(
    group,
    {
      type,
      user_id: command.userId,
      ...actedBy(command.actor, command.userId),
      ...because(command.reason),
    },
    nowMs,
  );
  return goneDone(group, seq);
}

/** Mutes a member. It keeps its roles and its since_seq, and still receives entries. */
export function mute(step: Step<MuteMember>, target: MemberRecord): ChangeDone {
  const { state, group, command, nowMs } = step;
  const mutedUntilMs = command.forMs === null ? null : nowMs + command.forMs;
  const muted: MemberRecord = { ...target, status: 'muted', mutedUntilMs };
  group.put(command.userId, muted);
  if (mutedUntilMs !== null) state.timed.add(group);
  const seq = state.record(
    group,
    {
      type: 'muted',
      user_id: command.userId,
      ...actedBy(command.actor, command.userId),
      ...(mutedUntilMs === null ? {} : { muted_until: isoTime(mutedUntilMs) }),
    },
    nowMs,
  );
  return memberDone(group, muted, seq);
}

export function unmute(step: Step<TargetCommand>, target: MemberRecord): ChangeDone {
  const { state, group, command, nowMs } = step;
  const member: MemberRecord = { ...target, status: 'active', mutedUntilMs: null };
  group.put(command.userId, member);
  const seq = state.record(
    group,
    {
      type: 'unmuted',
      user_id: command.userId,
      ...actedBy(command.actor, command.userId),
      ...because(command.reason),
    },
    nowMs,
  );
  return memberDone(group, member, seq);
}

/** Bans a user. The entry `banned` is the last one that a member receives. */
export function ban({ state, group, command, nowMs }: Step<BanMember>): ChangeDone {
  const { actor, userId, reason, forMs } = command;
  const bannedUntilMs = forMs === null ? null : nowMs + forMs;
  group.remove(userId);
  group.bans.put({ userId, untilMs: bannedUntilMs, sinceMs: nowMs, bannedBy: actor, reason });
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
  return { ...goneDone(group, seq), bannedUntilMs };
}

export function unban({ state, group, command, nowMs }: Step<TargetCommand>): ChangeDone {
  const { actor, userId, reason } = command;
  group.bans.delete(userId);
  const seq = state.record(
    group,
    { type: 'unbanned', user_id: userId, ...actedBy(actor, userId), ...because(reason) },
    nowMs,
  );
  return goneDone(group, seq);
}

/** Promotes or demotes a member. It keeps its status and its since_seq. */
export function changeRole(step: Step<PromoteMember | DemoteMember>, target: MemberRecord): ChangeDone {
  const { state, group, command, nowMs } = step;
  const { operation, actor, userId } = command;
  const roles: Role[] = [operation === 'promote' ? command.role : 'member'];
  const member: MemberRecord = { ...target, roles };
  group.put(userId, member);
  const type = operation === 'promote' ? 'promoted' : 'demoted';
  const seq = state.record(group, { type, user_id: userId, ...actedBy(actor, userId), roles }, nowMs);
  return memberDone(group, member, seq);
}

/** Makes the target an admin and the actor a plain member: two entries, between which no other one comes. */
export function transfer(
  { state, group, command, nowMs }: Step<TransferGroup>,
  target: MemberRecord,
): ChangeDone {
  const { actor, userId } = command;
  const former = group.member(actor, nowMs);
  if (former === null) throw new Error('bug: the rule table let an actor pass that is no member');
  group.put(userId, { ...target, roles: ['admin'] });
  state.record(group, { type: 'promoted', user_id: userId, actor_id: actor, roles: ['admin'] }, nowMs);
  const member: MemberRecord = { ...former, roles: ['member'] };
  group.put(actor, member);
  const seq = state.record(group, { type: 'demoted', user_id: actor, roles: ['member'] }, nowMs);
  return memberDone(group, member, seq);
}
