/**
 * What was stored and still has to reach the adapters: one outbox per partition, with a cursor of its own for each kind.
 * An entry is written there in the atomic step that appends it; only the owner of the partition takes it from there.
 */
import type { GroupId } from '@plenum/protocol';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from './adapters.ts';
import type { Lease } from './leases.ts';

export interface OutboxEntry {
  /** Where it is in the outbox of its partition; opaque. */
  readonly offset: string;
  readonly entry: ArchiveEntry;
}

/** What this version cannot parse: a later version has written it, or a foreign program. It becomes a dead letter. */
export interface UnreadableEntry {
  readonly offset: string;
  /** How many of the batch's entries are before it. */
  readonly behind: number;
  /** Null where not even that can be read. */
  readonly groupId: GroupId | null;
}

/** How far a message has got through the pages of its recipients. */
export interface PageMark {
  readonly messageId: string;
  /** The cursor of the members' page that comes next. */
  readonly membersCursor: string;
}

/** An entry that was refused before and whose time has come. */
export interface DueRetry {
  /** Under which it is kept: that of its entry, or another one if the entry was unreadable when it died. */
  readonly messageId: string;
  readonly entry: ArchiveEntry;
  /** How often it was refused; 0 for a dead letter that an operator sent on its way again. */
  readonly attempts: number;
  /** As it was scheduled with; null: from the first page. */
  readonly membersCursor: string | null;
}

/** A retry that this version cannot parse. */
export interface UnreadableRetry {
  readonly messageId: string;
  readonly attempts: number;
}

export interface OutboxBatch {
  /** The cursor of the kind. A commit names it, and changes nothing if it has moved meanwhile. */
  readonly cursor: string;
  /** Behind the cursor, in order. */
  readonly entries: readonly OutboxEntry[];
  /** Between them or behind them, in order. */
  readonly unreadable: readonly UnreadableEntry[];
  /** The offset of the last entry that was read, an unreadable one included; the cursor if there is none. */
  readonly endOffset: string;
  /** At least so many entries are behind the cursor; exact for the kind that is furthest behind. */
  readonly waiting: number;
  /** Of the first entry, if a part of its pages is done. */
  readonly pageMark: PageMark | null;
  /** The earliest first. */
  readonly retries: readonly DueRetry[];
  readonly unreadableRetries: readonly UnreadableRetry[];
  /** Until the next retry is due; null if none is scheduled. */
  readonly nextRetryMs: number | null;
  /** All that are kept to be offered again, due or not. */
  readonly retrying: number;
  /** Of the groups of the entries: how many of each are kept to be offered again, due or not. None: it may be left out. */
  readonly retryingOf: ReadonlyMap<GroupId, number>;
}

/** An entry that was refused or has stepped aside, and where its text is. */
interface Refused {
  readonly messageId: string;
  /** How often by now. */
  readonly attempts: number;
  /** Null for a retry: its text is kept with it. */
  readonly offset: string | null;
}
export interface ScheduledRetry extends Refused {
  /**
   * Null: in the turn of its group, behind those of its own group that wait here, and before what is due already of a group
   * of which more wait.
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
  /** The same as expected where only retries were tried. */
  readonly cursor: string;
  /** The entries that the cursor passes. */
  readonly passed: readonly OutboxEntry[];
  /** Unreadable ones that it passes as well; each is among the dead letters. */
  readonly passedUnreadable: readonly UnreadableEntry[];
  readonly retries: readonly ScheduledRetry[];
  readonly deadLetters: readonly NewDeadLetter[];
  /** So many dead letters of a group that has new ones are kept, and its own oldest give way; null: all. */
  readonly deadLettersKept: number | null;
  /** Message ids of retries that the adapter took. */
  readonly deliveredRetries: readonly string[];
  readonly pageMark: PageMark | null;
}

/** Offsets of the entries that were refused in this round for the first time. */
export const refusedOffsets = ({ retries, deadLetters }: DeliveryCommit): ReadonlySet<string> =>
  new Set([...retries, ...deadLetters].flatMap(({ offset }) => (offset === null ? [] : [offset])));

/** `not_owner`: the lease is another's by now. `moved`: the cursor is not where it was expected, read again. */
export type CommitOutcome =
  | { readonly type: 'committed'; readonly droppedDeadLetters: number }
  | { readonly type: 'not_owner' | 'moved' };

export interface Outbox {
  /** The kinds that the cluster delivers to. A running node knows of a change after some seconds. */
  kinds(): ReadonlySet<DeliveryKind>;
  /**
   * Gives each of the cluster's kinds a cursor if it has none, at the oldest entry, and takes the cursors of all others
   * away: what they have not passed is no longer kept for them, nor what they would have tried again. Fenced by the lease.
   */
  open(lease: Lease): Promise<'opened' | 'not_owner'>;
  /** @returns null if the kind has no cursor: the outbox has to be opened. */
  read(partition: number, kind: DeliveryKind, limit: number): Promise<OutboxBatch | null>;
  /**
   * All or nothing, fenced by holder, token and expected cursor: moves the cursor, counts what the archive has taken off
   * the queues of their groups, schedules retries, writes dead letters, and drops what every kind has passed.
   */
  commit(lease: Lease, commit: DeliveryCommit): Promise<CommitOutcome>;
  /** Those of the partitions in whose outbox any kind has something before it. Cheap: for polling. */
  waiting(partitions: readonly number[]): Promise<ReadonlySet<number>>;
}
