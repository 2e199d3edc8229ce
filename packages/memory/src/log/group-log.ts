/** The port `GroupLog` over memory. */
import {
  type AdmitOutcome,
  type Appended,
  type AppendOutcome,
  errorFrom,
  firstPerAnswer,
  type GroupLog,
  isoTime,
  isPast,
  isReceiver,
  type LogEntry,
  type LogHead,
  lastPerAnswer,
  type MessageDraft,
  messageId,
  overloadedRetryMs,
  type Pushed,
  type PushOutcome,
  type Refused,
  refused,
} from '@plenum/core';
import type { Counts, GroupId, PushPayload, RelayedMessage, UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { endDueMutes } from '../groups/due-mutes.ts';
import { refusalOf } from '../groups/facts.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { tracedStep } from '../traced-step.ts';
import { presentEntry } from './present.ts';

const bytesOf = ({ wire }: LogEntry): number => wire.length;

/** The answer comes in the tick of its step, entries in later ticks. */
export function memoryGroupLog(state: MemoryState, defer: Defer): GroupLog {
  const headOf = (group: GroupState): LogHead => group.log.head(state.now(), group.isDeleted);
  const present = (group: GroupState, entries: readonly LogEntry[], reader: UserId | null) =>
    entries.map((entry) => presentEntry(group.log.messages, entry, { reader, nowMs: state.now() }));
  const found = (groupId: GroupId) => state.groupOrTombstone(groupId, state.now());
  return {
    append: (draft) => tracedStep('append', defer, () => append(state, draft)),
    appendWith: (draft, done) => {
      defer(() => append(state, draft)).then(done, (error: unknown) => done(errorFrom(error)));
    },
    sendEphemeral: (draft) => defer(() => push(state, draft)),
    admit: (draft) => defer(() => admit(state, draft)),
    after: (groupId, afterSeq, limit, reader = null) =>
      defer(() => {
        const group = found(groupId);
        if (group === null) return null;
        // The head ends an old log first.
        const head = headOf(group);
        const entries = present(group, group.log.after(afterSeq, limit), reader);
        return { head, entries: firstPerAnswer(entries, bytesOf) };
      }),
    before: (groupId, beforeSeq, limit, reader = null) =>
      defer(() => {
        const group = found(groupId);
        if (group === null) return null;
        const head = headOf(group);
        const entries = present(group, group.log.before(beforeSeq, limit), reader);
        return { head, entries: lastPerAnswer(entries, bytesOf) };
      }),
    heads: (groupIds) =>
      defer(() => {
        const groups = groupIds.map(found).filter((group) => group !== null);
        return new Map(groups.map((group) => [group.groupId, headOf(group)]));
      }),
  };
}

/** From the first check to the remembered answer, in the order of the rule table's `send`. */
function append(state: MemoryState, draft: MessageDraft): AppendOutcome {
  const { groupId, sender, request, message, extras } = draft;
  const nowMs = state.now();
  const judged = judge(state, draft, { nowMs, isAppend: true });
  if (judged.type === 'pushed') return refused({ code: 'conflict' });
  if (judged.type !== 'fine') return judged;
  const { group, counts, reply } = judged;
  const metadata = extras?.metadata ?? null;
  const { mentions, dropped } = mentionsOf(draft, group, nowMs);
  const expiresInMs = extras?.expiresInMs ?? null;
  const isOpen = extras?.isOpen === true;
  const seq = state.store(
    group,
    {
      ...{ sender, message, requestId: request.id, metadata, reply, mentions, isOpen, expiresInMs },
      traceparent: draft.traceparent,
    },
    nowMs,
  );
  // A sender has read up to its own message.
  group.reads.set(sender, { seq, messages: group.log.messagesUntil(seq) });
  group.noteSent(sender, nowMs);
  const { epoch } = group.log;
  const appended: Appended = {
    type: 'appended',
    isDuplicate: false,
    epoch,
    seq,
    messageId: messageId(epoch, seq),
    recipientsCount: counts.active + counts.muted,
    timestampMs: nowMs,
    ...dropped,
  };
  state.requests.remember({ groupId, actor: sender, request }, appended, nowMs);
  return appended;
}

/** As `append`, but the message is published and not stored. */
function push(state: MemoryState, draft: MessageDraft): PushOutcome {
  const { groupId, sender, request, message, extras } = draft;
  const nowMs = state.now();
  const judged = judge(state, draft, { nowMs, isAppend: true });
  if (judged.type === 'appended') return refused({ code: 'conflict' });
  if (judged.type !== 'fine') return judged;
  const { group, counts, reply } = judged;
  const { mentions, dropped } = mentionsOf(draft, group, nowMs);
  const metadata = extras?.metadata ?? null;
  const { epoch, seq } = group.log;
  group.noteSent(sender, nowMs);
  const payload: PushPayload<'ephemeral_message'> = {
    group_id: groupId,
    request_id: request.id,
    from_user_id: sender,
    message,
    ...(metadata === null ? {} : { metadata: JSON.parse(metadata) }),
    ...(reply === null ? {} : { reply }),
    ...(mentions.length === 0 ? {} : { mentions }),
    timestamp: isoTime(nowMs),
    epoch,
    after_seq: seq,
  };
  const { membersVersion } = group.log;
  const version = membersVersion === null ? {} : { membersVersion };
  state.publishEphemeral(groupId, [{ event: 'ephemeral_message', payload, ...version }]);
  const recipientsCount = counts.active + counts.muted;
  const pushed: Pushed = {
    ...{ type: 'pushed', isDuplicate: false, epoch, seq, recipientsCount, timestampMs: nowMs },
    ...dropped,
  };
  state.requests.remember({ groupId, actor: sender, request }, pushed, nowMs);
  return pushed;
}

/** Whom the message mentions, and for the outcome, whom it should and does not. */
function mentionsOf({ extras }: MessageDraft, group: GroupState, nowMs: number) {
  const isMentioned = (userId: UserId) => isReceiver(group.member(userId, nowMs));
  const given = extras?.mentions ?? [];
  const mentions = given.filter(isMentioned);
  const mentionsDropped = given.filter((userId) => !isMentioned(userId));
  return { mentions, dropped: mentionsDropped.length === 0 ? {} : { mentionsDropped } };
}

function admit(state: MemoryState, draft: MessageDraft): AdmitOutcome {
  const judged = judge(state, draft, { nowMs: state.now(), isAppend: false });
  return judged.type === 'fine' ? { type: 'admitted' } : judged;
}

interface Fine {
  readonly type: 'fine';
  readonly group: GroupState;
  readonly counts: Counts;
  /** Null: the message replies to none, or the target was not looked for. */
  readonly reply: Reply | null;
}

type Reply = NonNullable<RelayedMessage['reply']>;

/** @returns undefined if there is no such message that the sender may read */
function replyOf(
  { sender, extras }: MessageDraft,
  group: GroupState,
  nowMs: number,
): Reply | null | undefined {
  const replyTo = extras?.replyTo ?? null;
  if (replyTo === null) return null;
  const target = group.log.messageWithId(replyTo);
  const firstSeq = group.settings.history === 'all' ? 0 : (group.member(sender, nowMs)?.sinceSeq ?? 0);
  if (target === null || target.seq < firstSeq || isPast(target.expires_at, nowMs)) return undefined;
  const { message_id, seq, from_user_id } = target;
  return { message_id, seq, from_user_id };
}

/** Checks a message, and takes its token if nothing refuses it. */
function judge(
  state: MemoryState,
  draft: MessageDraft,
  { nowMs, isAppend }: { readonly nowMs: number; readonly isAppend: boolean },
): Fine | Appended | Pushed | Refused {
  const { groupId, sender, request } = draft;
  const log = state.presentLog(groupId, nowMs);
  const first = state.requests.recall({ groupId, actor: sender, request }, { scope: 'log', log, nowMs });
  if (first?.type === 'appended' || first?.type === 'pushed' || first?.type === 'refused') return first;
  if (first !== null) return refused({ code: 'conflict' });
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  endDueMutes(state, group, { users: [sender], nowMs });
  const refusal = refusalOf('send', sender, { group, nowMs });
  if (refusal !== null) return refused(refusal);
  const bucket = `${groupId}\n${sender}`;
  const retryAfterMs = draft.isRateLimited ? state.messageBuckets.missingMs(bucket, nowMs) : 0;
  if (retryAfterMs > 0) return refused({ code: 'rate_limited', retryAfterMs });
  const isQueued = isAppend && draft.isEphemeral !== true;
  if (isQueued && state.outbox.queued(groupId) >= state.settings.roomQueueLimit) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  const reply = isAppend ? replyOf(draft, group, nowMs) : null;
  if (reply === undefined) return refused({ code: 'message_not_found' });
  if (draft.isRateLimited) state.messageBuckets.take(bucket, nowMs);
  return { type: 'fine', group, counts: group.counts(nowMs), reply };
}
