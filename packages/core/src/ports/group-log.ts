import type { GroupId } from '@plenum/protocol';
import type { LogHead } from '../groups/records.ts';
import type { AdmitOutcome, AppendOutcome, MessageDraft } from '../log/draft.ts';
import type { LogEntry } from '../log/entry.ts';

/**
 * A part of a log. It holds fewer entries than were asked for when more would be above `limits.answerMaxBytes`: compare with the
 * head to know whether there are more.
 */
export interface LogRange {
  readonly head: LogHead;
  /** Ascending by seq, dense. */
  readonly entries: readonly LogEntry[];
}

/** The ordered entries of each group: messages and membership changes under one counter. */
export interface GroupLog {
  /**
   * Checks, numbers, stores and publishes one message in one atomic step, in the order of the rule table's `send`.
   * At most one seq per (group, actor, request id). Throws `PlenumError` `timeout` when the outcome is unknown.
   * Resolves with whichever comes first, the store's answer or the entry itself, and at the latest before the entry is handed
   * to the feeds of this node. `FanOut.deliver` writes at the end of a tick, so an ack in a microtask precedes the sender's own copy.
   */
  append(draft: MessageDraft): Promise<AppendOutcome>;
  /**
   * Whether adapters have to be asked about the message, in one atomic step and in the order of `append`: the first
   * answer to a message that is stored already, the refusal of a rule, or of the bucket, from which it takes a token
   * if the draft is rate limited. Stores nothing; `append` judges again. Throws `PlenumError` when there is no answer.
   */
  admit(draft: MessageDraft): Promise<AdmitOutcome>;
  /** Entries with afterSeq < seq, ascending, at most `limit`; null if neither group nor tombstone exists. */
  after(groupId: GroupId, afterSeq: number, limit: number): Promise<LogRange | null>;
  /** The last entries with seq < beforeSeq, ascending, at most `limit`; null if neither group nor tombstone exists. */
  before(groupId: GroupId, beforeSeq: number, limit: number): Promise<LogRange | null>;
  /** Heads of many groups in one round trip; a group that does not exist is absent from the map. */
  heads(groupIds: readonly GroupId[]): Promise<ReadonlyMap<GroupId, LogHead>>;
}
