import {
  type Appended,
  type AppendOutcome,
  firstRefusal,
  type MessageDraft,
  overloadedRetryMs,
  refused,
} from '@plenum/core';
import type { MemoryState } from './memory-state.ts';
import { settle } from './settle.ts';

/** One message from the first check to the remembered answer, in the order of the rule table's `send`. */
export function append(state: MemoryState, draft: MessageDraft): AppendOutcome {
  const { groupId, sender, request } = draft;
  const attempt = { groupId, actor: sender, request };
  const nowMs = state.now();
  const first = state.requests.recall(attempt, nowMs);
  if (first !== null) return first.outcome === 'done' ? refused({ code: 'conflict' }) : first;
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  settle(state, group, { users: [sender], nowMs });
  const record = group.member(sender, nowMs);
  const counts = group.counts(nowMs);
  const refusal = firstRefusal('send', {
    group: { groupType: group.groupType, counts, maxMembers: group.settings.maxMembers },
    actor: sender,
    actorRecord: record,
    subjectRecord: record,
    isSubjectBanned: group.bans.standing(sender, nowMs).isBanned,
    nowMs,
  });
  if (refusal !== null) return refused(refusal);
  const bucket = `${groupId}\n${sender}`;
  const missingMs = state.messageBuckets.missingMs(bucket, nowMs);
  if (missingMs > 0) return refused({ code: 'rate_limited', retryAfterMs: missingMs });
  if (state.outbox.queued(groupId) >= state.settings.roomQueueLimit) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  state.messageBuckets.take(bucket, nowMs);
  const seq = state.store(group, draft, nowMs);
  const { epoch } = group.log;
  const appended: Appended = {
    outcome: 'appended',
    isDuplicate: false,
    epoch,
    seq,
    messageId: `${epoch}-${seq}`,
    recipientsCount: counts.active + counts.muted,
    timestampMs: nowMs,
  };
  state.requests.remember(attempt, appended, nowMs);
  return appended;
}
