/** Defines the entries of a group, the effects that its sequence returns, and the notices for the application. */
import type { HistoryEntry, MessageEvent, RequestResult, ResyncReason } from '@plenum/protocol';

/** A message, a membership change, or a change of a message. Pushed entries and entries of pages have the same shape. */
export type Entry = HistoryEntry;
export type MessageEntry = Extract<HistoryEntry, { readonly type: 'message' }>;

/** True for a change of a message: an edit, a take-down, a reaction or a pin. */
export const isChange = (entry: Entry): entry is MessageEvent => 'target_seq' in entry;
export const isMessage = (entry: Entry): entry is MessageEntry => entry.type === 'message';

/** True for the first entry of a log: then all entries that were shown before belong to an earlier group of the same id. */
export const isFirstOfLog = (entry: Entry): boolean => entry.type === 'created' && entry.seq === 1;

/** True for an entry `members_changed` that removes users: one entry either adds or removes. */
export const isRemoval = (entry: Entry): boolean =>
  'members' in entry && entry.members?.some(({ status }) => status === 'none') === true;

/** The seqs from `from` to `to`, both inclusive. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

export interface KnownPosition {
  readonly epoch: string;
  readonly seq: number;
}

export interface GroupPosition extends KnownPosition {
  readonly group_id: string;
}

/** Where a join has begun a range. */
export interface JoinedAt extends KnownPosition {
  /** Of a join that is no entry: the first entry that follows has this seq. */
  readonly from_seq?: number | undefined;
}

/**
 * The server could not continue a position. Entries from `from_seq` on follow, in order and without gaps. If the user is no
 * longer a member, `from_seq` is null and no entry follows.
 */
export interface ResyncNotice {
  readonly group_id: string;
  readonly reason: ResyncReason;
  readonly from_seq: number | null;
  /** Entries that exist, or existed, and will not be shown. */
  readonly missing: SeqRange | null;
  /** Entries that were shown but are no longer in the log, after a failover or a new group with the same id: forget them. */
  readonly revoked: SeqRange | null;
}

/** Entries after `seq` follow. Between them and those that were shown before, if any, there may be others. */
export interface BeginNotice extends KnownPosition {
  readonly group_id: string;
}

/** All missed entries from `from_seq` to `head_seq` have been shown. If none were missed, `from_seq` is `head_seq` + 1. */
export interface RecoveredNotice {
  readonly group_id: string;
  readonly from_seq: number;
  readonly head_seq: number;
}

/** A page of `history` to read. `ticket` is returned with the page. */
export interface PageRead {
  readonly ticket: number;
  readonly after?: number;
  readonly before?: number;
}
export type Page = Omit<RequestResult<'history'>, 'entries'> & { readonly entries: readonly Entry[] };

export type Effect =
  /** The log begins anew after `shownTo`: what was shown before belongs to an earlier range or log, or nothing was. */
  | { readonly type: 'begin'; readonly notice: BeginNotice; readonly shownTo: KnownPosition }
  | { readonly type: 'show'; readonly entry: Entry }
  /** `shownTo`: the position of the application after the notice. */
  | { readonly type: 'resync'; readonly notice: ResyncNotice; readonly shownTo: KnownPosition | null }
  | { readonly type: 'recovered'; readonly notice: RecoveredNotice; readonly shownTo?: undefined }
  | { readonly type: 'read'; readonly page: PageRead }
  /** Send `subscribe` with the position: the server decides whether the log continues it. */
  | { readonly type: 'verify' }
  | { readonly type: 'unsubscribe' };
