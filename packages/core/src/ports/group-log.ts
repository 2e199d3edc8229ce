import type { GroupId, UserId } from '@plenum/protocol';
import type { LogHead } from '../groups/records.ts';
import type { AdmitOutcome, AppendOutcome, MessageDraft, PushOutcome } from '../log/draft.ts';
import type { LogEntry } from '../log/entry.ts';
import type { PlenumError } from '../outcome/outcome.ts';

/** Called once, never within the call to which it was given. Must not throw. */
export type AppendCallback = (outcome: AppendOutcome | PlenumError) => void;

/**
 * A part of a log. It has fewer entries than requested if more would exceed `limits.answerMaxBytes`: compare with the
 * head to learn whether more exist.
 */
export interface LogRange {
  readonly head: LogHead;
  /** Ascending by seq, dense. */
  readonly entries: readonly LogEntry[];
}

/** The ordered entries of each group: messages, membership changes and changes of messages under one counter. */
export interface GroupLog {
  /**
   * Checks, numbers, stores and publishes one message in one atomic step, in the order of the rule table's `send`. At
   * most one seq per (group, actor, request id). Throws `PlenumError` `timeout` when the outcome is unknown. Resolves
   * with the store's answer or the entry itself, whichever arrives first, and never later than the entry reaches the
   * feeds of this node. `FanOut.deliver` writes at the end of a tick, so an ack in a microtask precedes the sender's
   * own copy.
   */
  append(draft: MessageDraft): Promise<AppendOutcome>;
  /** As `append`, without a promise: `done` gets the outcome, or the error with which `append` would reject. */
  appendWith(draft: MessageDraft, done: AppendCallback): void;
  /**
   * Checks, charges, remembers and publishes an ephemeral message in one atomic step, in the order of `append`, but without
   * the room queue. It gets no seq, is in no outbox, and moves no read mark. The feeds get it at most once per (group, actor,
   * request id). Throws as `append` does.
   */
  sendEphemeral(draft: MessageDraft): Promise<PushOutcome>;
  /**
   * Checks a message before adapters are asked: atomic, in the order of `append`, stores nothing. Returns the stored
   * answer of a repeated request, a refusal, or `admitted`. Takes a token if `isRateLimited`. `append` checks
   * everything again. Throws `PlenumError` when there is no answer.
   */
  admit(draft: MessageDraft): Promise<AdmitOutcome>;
  /**
   * Entries with afterSeq < seq, ascending, at most `limit`; null if neither group nor tombstone exists. Messages are in
   * their present state, and an `edited` entry has the present text, as long as the log has the entry, even if the
   * message itself has left the log.
   * @param reader the user for whom `me` of reactions is read; none, for the service and for readers who share: no `me`
   */
  after(groupId: GroupId, afterSeq: number, limit: number, reader?: UserId | null): Promise<LogRange | null>;
  /** The last entries with seq < beforeSeq, otherwise as `after`. */
  before(
    groupId: GroupId,
    beforeSeq: number,
    limit: number,
    reader?: UserId | null,
  ): Promise<LogRange | null>;
  /** Heads of many groups in one round trip; a group that does not exist is absent from the map. */
  heads(groupIds: readonly GroupId[]): Promise<ReadonlyMap<GroupId, LogHead>>;
}
