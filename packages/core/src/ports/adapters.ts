/**
 * What a team plugs in: archive, notifier, moderation and authorization. All are optional. An adapter may be slow, throw, hang or
 * answer garbage: its caller contains that, so nothing here has to be trusted.
 */
import type { GroupId, HistoryEntry, UserId } from '@plenum/protocol';
import type { ArchiveEntry, DeliveredMessage } from '../log/entry.ts';

/** How long an adapter may take; aborted when its answer is no longer needed. */
export interface AdapterCall {
  readonly signal: AbortSignal;
}

/** Entries that this adapter will never take; everything else of the batch is saved. */
export interface RefusedEntries {
  readonly refused: readonly { readonly message_id: string; readonly reason: string }[];
}

/** Keeps entries for good. Called with batches in the order of each group's log; copies carry the same `message_id`. */
export interface Archive {
  /** Idempotent by `message_id`. Rejects when the archive is away: then nothing counts as saved and all of it comes again. */
  save(entries: readonly ArchiveEntry[], call: AdapterCall): Promise<RefusedEntries | undefined>;
  /**
   * Whether an entry is older than `atMs`, ms since 1970. The first node that a Redis knows of asks it: an archive that is older
   * than everything in Redis shows that Redis lost its data.
   */
  hasEntriesBefore?(atMs: number, call: AdapterCall): Promise<boolean>;
}

/** A stretch of a log under one epoch; an archive may hold entries behind its end that the log has lost. */
export interface ArchivedStretch {
  readonly epoch: string;
  /** Inclusive. */
  readonly endSeq: number;
}
export interface ArchivePage {
  readonly groupId: GroupId;
  readonly stretches: readonly ArchivedStretch[];
  /** Exclusive bounds. */
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly limit: number;
  /** Which end of the range the page is taken from; entries are ascending either way. */
  readonly from: 'oldest' | 'newest';
}
/** An archive that can be read continues `history` beyond the retention of the log. */
export interface ArchiveReader {
  read(page: ArchivePage, call: AdapterCall): Promise<readonly HistoryEntry[]>;
}

export interface Recipient {
  readonly user_id: UserId;
  readonly online: boolean;
}
/**
 * Notifies members who may be offline. Called per message with pages of at most 500 recipients: members who were receivers
 * when it was sent and still are, its sender left out.
 */
export interface Notifier {
  /** `refused`: never try this one again. Rejects when the notifier is away. */
  notify(
    recipients: readonly Recipient[],
    message: DeliveredMessage,
    call: AdapterCall,
  ): Promise<{ readonly refused: string } | undefined>;
}

export type Verdict =
  | { readonly isAllowed: true }
  /** `reason` is passed on to the client. */
  | { readonly isAllowed: false; readonly reason: string };

export interface ProposedMessage {
  readonly group_id: GroupId;
  readonly from_user_id: UserId;
  readonly message: string;
  /**
   * The field of a text that is no message but part of a change that members see: the `reason` of a request, or all texts
   * and keys of `metadata`, a line each.
   */
  readonly field?: 'reason' | 'metadata';
}
/** Called before a message is stored, and before a change with a text is made. */
export interface Moderation {
  check(message: ProposedMessage, call: AdapterCall): Promise<Verdict>;
}

export type GuardedAction = 'create' | 'join' | 'subscribe' | 'send' | 'history';
/** Asked whether a user may do something, besides the group's own rules. */
export interface Authorization {
  authorize(userId: UserId, groupId: GroupId, action: GuardedAction, call: AdapterCall): Promise<Verdict>;
}

/** What a request gets when the adapter fails: `closed` refuses it with `unavailable`, `open` lets it pass. */
export type OnFailure = 'closed' | 'open';

export interface Adapters {
  readonly archive?: Archive & Partial<ArchiveReader>;
  readonly notifier?: Notifier;
  readonly moderation?: Moderation & { readonly onFailure?: OnFailure };
  readonly auth?: Authorization & { readonly onFailure?: OnFailure };
}
/** The kinds that are fed from the outbox; each has a cursor of its own, so that none waits for another. */
export type DeliveryKind = 'archive' | 'notifier';
