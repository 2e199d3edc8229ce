/** One message from the first check to the remembered answer, in the order of the rule table's `send`. */
import {
  type AdmitOutcome,
  type Appended,
  type AppendOutcome,
  type MessageDraft,
  messageId,
  overloadedRetryMs,
  type Refused,
  refused,
} from '@plenum/core';
import type { Counts } from '@plenum/protocol';
import { endDueMutes } from '../groups/due-mutes.ts';
import { refusalOf } from '../groups/refusal.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';

export function append(state: MemoryState, draft: MessageDraft): AppendOutcome {
  const { groupId, sender, request } = draft;
  const nowMs = state.now();
  const judged = judge(state, draft, { nowMs, isQueueAsked: true });
  if (judged.type !== 'fine') return judged;
  const { group, counts } = judged;
  const seq = state.store(group, draft, nowMs);
  // A sender has read up to its own message.
  group.reads.set(sender, { seq, messages: group.log.messagesUntil(seq) });
  const { epoch } = group.log;
  const appended: Appended = {
    type: 'appended',
    isDuplicate: false,
    epoch,
    seq,
    messageId: messageId(epoch, seq),
    recipientsCount: counts.active + counts.muted,
    timestampMs: nowMs,
  };
  state.requests.remember({ groupId, actor: sender, request }, appended, nowMs);
  return appended;
}

export function admit(state: MemoryState, draft: MessageDraft): AdmitOutcome {
  const judged = judge(state, draft, { nowMs: state.now(), isQueueAsked: false });
  return judged.type === 'fine' ? { type: 'admitted' } : judged;
}

interface Fine {
  readonly type: 'fine';
  readonly group: GroupState;
  readonly counts: Counts;
}

/** Takes the token of a message that nothing else refuses. */
function judge(
  state: MemoryState,
  draft: MessageDraft,
  { nowMs, isQueueAsked }: { readonly nowMs: number; readonly isQueueAsked: boolean },
): Fine | Appended | Refused {
  const { groupId, sender, request } = draft;
  const log = state.presentLog(groupId, nowMs);
  const first = state.requests.recall({ groupId, actor: sender, request }, { scope: 'log', log, nowMs });
  if (first !== null) return first.type === 'done' ? refused({ code: 'conflict' }) : first;
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  endDueMutes(state, group, { users: [sender], nowMs });
  const refusal = refusalOf('send', sender, { group, nowMs });
  if (refusal !== null) return refused(refusal);
  const bucket = `${groupId}\n${sender}`;
  const retryAfterMs = draft.isRateLimited ? state.messageBuckets.missingMs(bucket, nowMs) : 0;
  if (retryAfterMs > 0) return refused({ code: 'rate_limited', retryAfterMs });
  if (isQueueAsked && state.outbox.queued(groupId) >= state.settings.roomQueueLimit) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  if (draft.isRateLimited) state.messageBuckets.take(bucket, nowMs);
  return { type: 'fine', group, counts: group.counts(nowMs) };
}
