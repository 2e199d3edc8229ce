/**
 * Entries that are stored but not delivered to the adapters yet: one outbox per partition, with one cursor per kind
 * of adapter. The atomic step that appends an entry writes it to the outbox; only the owner of the partition reads
 * it.
 */
import type { GroupId } from '@plenum/protocol';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from './adapters.ts';
import type { Lease } from './leases.ts';

export interface OutboxEntry {
  /** The entry's place in the outbox of its partition; opaque. */
  readonly offset: string;
  readonly entry: ArchiveEntry;
}

/**
 * An entry that this version cannot parse, because a later version or another program wrote it. It becomes a dead
 * letter.
 */
export interface UnreadableEntry {
  readonly offset: string;
  /** How many entries of the batch come before it. */
  readonly behind: number;
  /** Null if the group cannot be read either. */
  readonly groupId: GroupId | null;
}

/** How far a message has been delivered through the pages of its recipients. */
export interface PageMark {
  readonly messageId: string;
  /** The cursor of the next page of members. */
  readonly membersCursor: string;
}

/** An entry that was refused before and is due to be offered again. */
export interface DueRetry {
  /** The id of the entry; another unique id if the entry was unreadable when it became a dead letter. */
  readonly messageId: string;
  readonly entry: ArchiveEntry;
  /** How often it was refused; 0 for a dead letter that an operator retries. */
  readonly attempts: number;
  /** The page of members to continue with; null: the first page. */
  readonly membersCursor: string | null;
}

/** A retry that this version cannot parse. */
export interface UnreadableRetry {
  readonly messageId: string;
  readonly attempts: number;
}

export interface OutboxBatch {
  /** The cursor of the kind. A commit names it, and changes nothing if it has moved since. */
  readonly cursor: string;
  /** The entries after the cursor, in order. */
  readonly entries: readonly OutboxEntry[];
  /** Unreadable entries between or after them, in order. */
  readonly unreadable: readonly UnreadableEntry[];
  /** The offset of the last entry that was read, an unreadable one included; the cursor if there is none. */
  readonly endOffset: string;
  /** At least this many entries are after the cursor; exact for the kind that is furthest behind. */
  readonly waiting: number;
  /** The mark of the first entry, if some of its pages are done. */
  readonly pageMark: PageMark | null;
  /** Due retries, the earliest first. */
  readonly retries: readonly DueRetry[];
  readonly unreadableRetries: readonly UnreadableRetry[];
  /** Ms until the next retry is due; null if none is scheduled. */
  readonly nextRetryMs: number | null;
  /** Number of all scheduled retries, due or not. */
  readonly retrying: number;
  /**
   * Number of scheduled retries, due or not, for each group that has entries in this batch. A group without retries
   * may be absent.
   */
  readonly retryingOf: ReadonlyMap<GroupId, number>;
}

/** An entry that was refused or postponed; its text is copied from its place. */
interface Refused {
  readonly messageId: string;
  /** Number of refusals so far. */
  readonly attempts: number;
  /** Null for a retry: its text is kept with it. */
  readonly offset: string | null;
}
export interface ScheduledRetry extends Refused {
  /**
   * Null: it takes its group's turn. It comes after the retries of its own group that wait, and before due retries of
   * a group of which more wait.
   */
  readonly delayMs: number | null;
  readonly membersCursor: string | null;
}
export interface NewDeadLetter extends Refused {
  /** One line of text. */
  readonly reason: string;
}

/** The effects of one round of deliveries for one kind. */
export interface DeliveryCommit {
  readonly kind: DeliveryKind;
  readonly expectedCursor: string;
  /** Equal to `expectedCursor` if only retries were tried. */
  readonly cursor: string;
  /** The entries that the cursor passes. */
  readonly passed: readonly OutboxEntry[];
  /** The unreadable entries that the cursor passes; each is also in `deadLetters`. */
  readonly passedUnreadable: readonly UnreadableEntry[];
  readonly retries: readonly ScheduledRetry[];
  readonly deadLetters: readonly NewDeadLetter[];
  /** The most dead letters that are kept of each group with new ones; its oldest are dropped. Null: all are kept. */
  readonly deadLettersKept: number | null;
  /** Message ids of retries that the adapter took. */
  readonly deliveredRetries: readonly string[];
  readonly pageMark: PageMark | null;
}

/** Offsets of the entries that were refused in this round for the first time. */
export const refusedOffsets = ({ retries, deadLetters }: DeliveryCommit): ReadonlySet<string> =>
  new Set([...retries, ...deadLetters].flatMap(({ offset }) => (offset === null ? [] : [offset])));

/** `not_owner`: another node has the lease. `moved`: the cursor is not where it was expected; read again. */
export type CommitOutcome =
  | { readonly type: 'committed'; readonly droppedDeadLetters: number }
  | { readonly type: 'not_owner' | 'moved' };

/**
 * How long an answer of `takenDown` holds after the question, ms: the answer to a take-down waits so long if a copy of
 * the message still waited for an adapter. So no call begins with a message after its take-down was answered.
 */
export const takenDownHoldsMs = 250;

/**
 * How long the name of a taken-down message is kept at least for what holds a copy of it, ms. If there is an archive: after
 * the archive has the take-down, because what was read from it before may still be on its way to a reader.
 */
export const takenDownNamedMs = 3_600_000;

/** A message that an adapter is about to get. */
export interface DueMessage {
  readonly groupId: GroupId;
  readonly messageId: string;
}

export interface Outbox {
  /** The kinds to which the cluster delivers. A running node learns of a change within seconds. */
  kinds(): ReadonlySet<DeliveryKind>;
  /**
   * Creates a missing cursor for each of the cluster's kinds, at the oldest entry, and removes the cursors of all
   * other kinds: their undelivered entries and their retries are dropped. Fenced by the lease.
   */
  open(lease: Lease): Promise<'opened' | 'not_owner'>;
  /** Reads a batch. @returns null if the kind has no cursor: `open` the outbox first */
  read(partition: number, kind: DeliveryKind, limit: number): Promise<OutboxBatch | null>;
  /**
   * Returns the ids of those that were taken down. The owner asks right before each call of an adapter, because a
   * message may be taken down after it was read. The answer holds for `takenDownHoldsMs`.
   */
  takenDown(partition: number, messages: readonly DueMessage[]): Promise<ReadonlySet<string>>;
  /**
   * Commits a round, all or nothing, fenced by holder, token and expected cursor: moves the cursor, subtracts what
   * the archive took from the room queues of the groups, schedules retries, writes dead letters, and drops entries
   * that every kind has passed. An entry that was taken down meanwhile is neither subtracted again, nor scheduled, nor
   * a dead letter.
   */
  commit(lease: Lease, commit: DeliveryCommit): Promise<CommitOutcome>;
  /** Returns the partitions in which any kind has work. Cheap: for polling. */
  waiting(partitions: readonly number[]): Promise<ReadonlySet<number>>;
}
