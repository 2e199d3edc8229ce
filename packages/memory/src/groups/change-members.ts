/** Adds and removes users by the service: every user is judged by itself, and the successes are one entry. */
import {
  additionRefusal,
  type ChangeMembers,
  firstRefusal,
  isUnlisted,
  type MemberAddition,
  type MemberOutcome,
  type MembersChanged,
  overloadedRetryMs,
  partRequest,
  placeInEntry,
  queueLimitOfMembers,
  type Refused,
  refused,
  unlistedPlace,
} from '@plenum/core';
import { type Role, SERVICE, type UserId } from '@plenum/protocol';
import type { MemoryState } from '../state/memory-state.ts';
import { endDueMutes } from './due-mutes.ts';
import { factsAbout } from './facts.ts';
import type { StepBase } from './step.ts';

export function changeMembers(state: MemoryState, command: ChangeMembers): MembersChanged | Refused {
  const nowMs = state.now();
  const { groupId, add, remove } = command;
  const attempt = { groupId, actor: SERVICE, request: partRequest(command) } as const;
  const log = state.presentLog(groupId, nowMs);
  const first = state.requests.recall(attempt, { scope: 'log', log, nowMs });
  if (first?.type === 'members_changed' || first?.type === 'refused') return first;
  if (first !== null) return refused({ code: 'conflict' });
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  const users = [...add.map(({ userId }) => userId), ...remove];
  endDueMutes(state, group, { users, nowMs });
  const queueLimit = queueLimitOfMembers(add.length > 0, state.settings.roomQueueLimit);
  if (queueLimit !== null && state.outbox.queued(groupId) >= queueLimit) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  const step = { state, group, nowMs, unlisted: new Set<UserId>() };
  const seq = group.log.seq + 1;
  const added = add.map((addition, index) => addOne(step, addition, { seq, index }));
  const removed = remove.map((userId) => removeOne(step, userId));
  return conclude(step, attempt, { added, removed });
}

interface MembersStep extends StepBase {
  /** Added users whose join is no entry. */
  readonly unlisted: Set<UserId>;
}

/** Appends the entry and remembers the answer, if any user was changed. */
function conclude(
  { state, group, nowMs, unlisted }: MembersStep,
  attempt: Parameters<MemoryState['requests']['remember']>[0],
  outcomes: Pick<MembersChanged, 'added' | 'removed'>,
): MembersChanged {
  const members = [...outcomes.added, ...outcomes.removed].flatMap((one) => {
    if (one.type === 'refused' || unlisted.has(one.userId)) return [];
    const { userId: user_id, status, roles } = one;
    return [{ user_id, status, ...(status === 'none' ? {} : { roles: [...roles] }) }];
  });
  const isChanged = members.length + unlisted.size > 0;
  if (members.length > 0) state.record(group, { type: 'members_changed', user_id: SERVICE, members }, nowMs);
  const { epoch, seq } = group.log;
  const changed = { type: 'members_changed', isDuplicate: false, ...outcomes, epoch, seq } as const;
  if (isChanged) state.requests.remember(attempt, changed, nowMs);
  return changed;
}

function addOne(
  { state, group, nowMs, unlisted }: MembersStep,
  { userId, status, role }: MemberAddition,
  { seq, index }: { readonly seq: number; readonly index: number },
): MemberOutcome {
  const facts = factsAbout(userId, SERVICE, { group, nowMs });
  const failure = additionRefusal(facts, status);
  if (failure !== null) return { type: 'refused', userId, failure };
  const isFirst = group.groupType === 'public' && group.counts(nowMs).active === 0;
  const roles: Role[] = [isFirst ? 'admin' : role];
  const kept = group.takeKeptMute(userId, nowMs);
  const isMuted = kept !== null && status === 'active' && !roles.includes('admin');
  const muted = isMuted ? { status: 'muted' as const, ...kept } : { status, mutedUntilMs: null };
  if (muted.mutedUntilMs !== null) state.timed.add(group);
  const record = { ...muted, roles, joinedAtMs: nowMs, sinceSeq: seq };
  if (record.status === 'active' && isUnlisted(group.settings, record)) {
    group.put(userId, record, unlistedPlace(seq - 1, (group.log.membersVersion ?? 1) + 1));
    state.recordUnlisted(group, { type: 'joined', user_id: userId, actor_id: SERVICE }, nowMs);
    unlisted.add(userId);
    return { type: 'done', userId, status: record.status, roles, isUnlisted: true };
  }
  group.put(userId, record, placeInEntry(seq, index));
  return { type: 'done', userId, status: record.status, roles };
}

function removeOne({ group, nowMs }: StepBase, userId: UserId): MemberOutcome {
  const failure = firstRefusal('remove', factsAbout(userId, SERVICE, { group, nowMs }));
  if (failure !== null) return { type: 'refused', userId, failure };
  group.remove(userId);
  return { type: 'done', userId, status: 'none', roles: [] };
}
