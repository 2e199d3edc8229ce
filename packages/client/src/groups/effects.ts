/** The entries of a group, what its sequence asks its shell to do, and what the application gets. */
import type { HistoryEntry, RequestResult, ResyncReason } from '@plenum/protocol';

/** A message or a membership change: pushed and paged entries have one shape. */
export type Entry = HistoryEntry;
export type MessageEntry = Extract<HistoryEntry, { readonly type: 'message' }>;

export const isMessage = (entry: Entry): entry is MessageEntry => entry.type === 'message';

/** A log begins with it: what was shown under the same id belongs to another group. */
export const isFirstOfLog = (entry: Entry): boolean => entry.type === 'created' && entry.seq === 1;

/** Seqs from `from` to `to`, both included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

export interface KnownPosition {
  readonly epoch: string;
  readonly seq: number;
}

/**
 * The server could not continue a position. Entries from `from_seq` on follow in order and without a gap.
 * `from_seq` is null when the user is no longer a member: nothing follows.
 */
export interface ResyncNotice {
  readonly group_id: string;
  readonly reason: ResyncReason;
  readonly from_seq: number | null;
  /** Entries that exist or existed and will not be shown. */
  readonly missing: SeqRange | null;
  /** Entries that were shown and are no longer part of the log (a failover, a group created again): forget them. */
  readonly revoked: SeqRange | null;
}

/** All that was missed up to `head_seq` has been shown; `from_seq` was the first of it, head_seq + 1 if nothing was. */
export interface RecoveredNotice {
  readonly group_id: string;
  readonly from_seq: number;
  readonly head_seq: number;
}

/** Which page of `history` to read; `ticket` comes back with it. */
export interface PageRead {
  readonly ticket: number;
  readonly after?: number;
  readonly before?: number;
}
export type Page = Omit<RequestResult<'history'>, 'entries'> & { readonly entries: readonly Entry[] };

export type Effect =
  | { readonly type: 'show'; readonly entry: Entry }
  /** `shownTo`: the position of an application that has got the notice. */
  | { readonly type: 'resync'; readonly notice: ResyncNotice; readonly shownTo: KnownPosition | null }
  | { readonly type: 'recovered'; readonly notice: RecoveredNotice }
  | { readonly type: 'read'; readonly page: PageRead }
  /** `subscribe` with the position: the server decides whether it continues. */
  | { readonly type: 'verify' }
  | { readonly type: 'unsubscribe' };
