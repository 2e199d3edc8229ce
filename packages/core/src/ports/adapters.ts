/**
 * The adapters that a team can provide: archive, notifier, moderation and authorization. All are optional. An adapter
 * may be slow, throw, hang or answer garbage: its caller checks and bounds every call.
 */
import type { GroupId, HistoryEntry, UserId } from '@plenum/protocol';
import type { ArchiveEntry, DeliveredMessage } from '../log/entry.ts';

/** Given to each call of an adapter; the signal aborts when the answer is no longer needed. */
export interface AdapterCall {
  readonly signal: AbortSignal;
}

/** Entries that this adapter will never accept; all others of the batch are saved. */
export interface RefusedEntries {
  readonly refused: readonly { readonly message_id: string; readonly reason: string }[];
}

/**
 * Keeps entries permanently. Called with batches in the order of each group's log; a repeated entry has the same
 * `message_id`, and comes alone or in another order when it is retried: so a message may come after its own changes.
 * After a `deleted` change the archive returns the text of its `target` no more, also if the message comes later.
 */
export interface Archive {
  /**
   * Idempotent by `message_id`. Rejects when the archive cannot save: then the whole batch counts as unsaved and
   * comes again.
   */
  save(entries: readonly ArchiveEntry[], call: AdapterCall): Promise<RefusedEntries | undefined>;
  /**
   * True if the archive has an entry older than `atMs`, ms since 1970. The first node of a new Redis asks this: an
   * archive that is older than everything in Redis shows that Redis lost its data.
   */
  hasEntriesBefore?(atMs: number, call: AdapterCall): Promise<boolean>;
}

/** A range of a log within one epoch. An archive may hold later entries of this epoch, which the log has lost. */
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
  /** For `me` of reactions; null: without `me`. */
  readonly reader: UserId | null;
}
/**
 * An archive that can be read: `history` continues in it where the log of Redis ends. Messages are in their present state, and
 * an `edited` entry has the present text, as in the log.
 */
export interface ArchiveReader {
  read(page: ArchivePage, call: AdapterCall): Promise<readonly HistoryEntry[]>;
}

export interface ArchiveSearch
  extends Pick<ArchivePage, 'groupId' | 'stretches' | 'afterSeq' | 'beforeSeq' | 'limit' | 'reader'> {
  /** 1 to 512 bytes of well-formed text without U+0000, in the form of a web search: `words "a phrase" or -word`. */
  readonly query: string;
}
/** An archive that finds messages by their words. */
export interface ArchiveSearcher {
  /** @returns the messages of the range that match, the newest first. A query without a word finds nothing */
  search(search: ArchiveSearch, call: AdapterCall): Promise<readonly HistoryEntry[]>;
}

/** An archive that forgets what one user wrote. */
export interface ArchiveEraser {
  /**
   * Removes texts of the user from all groups: of messages, of their edits, of what edits replaced, and the notes of its
   * requests to join. A tombstone by
   * the service stays in the place of each message. A message of the user that was sent until `untilMs` and is saved later
   * becomes a tombstone too. Idempotent.
   * @returns how many messages became tombstones, at most `limit`; fewer than `limit`: none is left
   */
  eraseMessages(
    erasure: { readonly userId: UserId; readonly untilMs: number; readonly limit: number },
    call: AdapterCall,
  ): Promise<{ readonly erased: number }>;
}

export interface Recipient {
  readonly user_id: UserId;
  readonly online: boolean;
  /** Present if the message mentions the user. */
  readonly mentioned?: true;
}
/**
 * Notifies members who may be offline. Called once per page of at most 500 recipients of a message: the members who
 * could receive it when it was sent and still can, without its sender.
 */
export interface Notifier {
  /**
   * Resolves with `refused` if this message must not be tried again. Rejects when the notifier cannot deliver now.
   */
  notify(
    recipients: readonly Recipient[],
    message: DeliveredMessage,
    call: AdapterCall,
  ): Promise<{ readonly refused: string } | undefined>;
}

export type Verdict =
  | { readonly isAllowed: true }
  /** `reason` is sent to the client. */
  | { readonly isAllowed: false; readonly reason: string };

export interface ProposedMessage {
  readonly group_id: GroupId;
  readonly from_user_id: UserId;
  readonly message: string;
  /**
   * Present if the text is not that of a message: the `reason` of a request, the `note` of a request to
   * join, a `reaction`, or all texts and keys of the `metadata` of a group or of a message, one per line.
   */
  readonly field?: 'reason' | 'reaction' | 'metadata' | 'note' | 'appended';
}
/** Asked before a message is stored, and before a change with a text is made. */
export interface Moderation {
  check(message: ProposedMessage, call: AdapterCall): Promise<Verdict>;
}

export type GuardedAction = 'create' | 'join' | 'subscribe' | 'send' | 'history';
/** Asked whether a user may do something, in addition to the group's own rules. */
export interface Authorization {
  authorize(userId: UserId, groupId: GroupId, action: GuardedAction, call: AdapterCall): Promise<Verdict>;
}

/** The answer to a request when the adapter fails: `closed` refuses with `unavailable`, `open` allows. */
export type OnFailure = 'closed' | 'open';

export interface Adapters {
  readonly archive?: Archive & Partial<ArchiveReader & ArchiveSearcher & ArchiveEraser>;
  readonly notifier?: Notifier;
  readonly moderation?: Moderation & { readonly onFailure?: OnFailure };
  readonly auth?: Authorization & { readonly onFailure?: OnFailure };
}
/**
 * The kinds of adapters that get entries from the outbox. Each has its own cursor, so neither waits for the other.
 */
export type DeliveryKind = 'archive' | 'notifier';
