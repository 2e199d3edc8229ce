/** Groups and who is in them: their changes, mutes that end by themselves, and how far each member has read. */
import type { GroupId, MemberStatus, UserId } from '@plenum/protocol';
import type { ChangeAdmission, ChangeOutcome, GroupCommand, Refused } from '../groups/commands.ts';
import type { GroupRecord, MemberRow, Membership, Page, Position } from '../groups/records.ts';

/**
 * Groups and who is in them. Every method throws `PlenumError` (`unavailable`, `timeout`) when the store is away;
 * after `timeout` the outcome of a change is unknown and the same request key may be tried again.
 */
export interface GroupStore {
  /**
   * Executes one row of the rule table: settles due mutes, checks in the table's order, changes, appends the log entry
   * and publishes it, all or nothing. At most one entry per request key; the same key answers the same again,
   * also when the user's membership bucket is empty by then.
   */
  change(command: GroupCommand): Promise<ChangeOutcome>;
  /**
   * Judges a change as `change` will, before a slow adapter is asked about it: a repeated request gets its first answer, what
   * would be refused is refused, and the tokens that the change costs are taken. Changes nothing else.
   */
  admit(command: GroupCommand): Promise<ChangeAdmission>;
  /** The present group, due mutes counted as ended; null if there is none (a tombstone is none). */
  group(groupId: GroupId): Promise<GroupRecord | null>;
  /** One atomic read of head and record; null only if neither group nor tombstone exists. */
  position(groupId: GroupId, userId: UserId | null): Promise<Position | null>;
  /**
   * Members, applicants too, by the seq of the entry that brought them into the group: their place, which an acceptance,
   * a mute or a new request does not change. So a user that is in the group (in the `status`, if one is asked for) throughout
   * is listed once, whatever happens between two pages. Cost is that of the page, never of the group. With `status` a page may be shorter than `limit` while `nextCursor` is not null. Null: no such group.
   * @throws PlenumError `invalid_args` for a cursor that this method did not make.
   */
  members(
    groupId: GroupId,
    page: { readonly cursor: string | null; readonly limit: number; readonly status: MemberStatus | null },
  ): Promise<Page<MemberRow> | null>;
  /**
   * All groups whose id begins with `prefix`, ascending by id. For operators: its cost is that of one page per partition.
   * @throws PlenumError `invalid_args` for a cursor that is no group id.
   */
  list(page: {
    readonly prefix: string;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<GroupId>>;
  /** The groups in which the user has any status, ascending by group id, each verified against the group itself. */
  memberships(
    userId: UserId,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<Membership>>;
}

/** Mutes, and bans, that one step on a group ends at most, besides those of the users that it names. */
export const dueMutesPerStep = 50;

/** What the owner of a partition does for its groups. */
export interface DueMutes {
  /**
   * Ends the timed mutes and bans of the partition whose time has come. Each group is one atomic step that may run twice
   * without harm, so the call needs no fence. One call looks at a bounded number of groups; the rest waits for the next call.
   * Example: the mute of alice ends at 12:00:00 and no request reaches the group. The first call after that time appends
   * `unmuted` for alice with the reason `expired`.
   * @throws PlenumError `unavailable` when the store is away
   */
  endDueMutes(partition: number): Promise<void>;
}

/** How far a member has read: from the entry that made it a receiver on, until it marks a later one or sends. */
export interface ReadMark {
  readonly readSeq: number;
  /** Messages behind `readSeq`; group events don't count. Exact while the log still keeps the entry that was marked. */
  readonly unread: number;
}

/** Where a device says that its user has read up to; without an epoch it is taken for the present log. */
export interface ReadPosition {
  readonly seq: number;
  readonly epoch: string | null;
}

export interface Marked extends ReadMark {
  readonly type: 'marked';
  /** Of the present log. */
  readonly epoch: string;
  /** The mark is higher than before. */
  readonly hasRisen: boolean;
}

/** Kept while the user is a member. A new epoch changes nothing: seqs and counts continue together. */
export interface ReadMarks {
  /**
   * Raises the mark to `seq`, at most to the head, or to the end of a past epoch that the log continues. A lower one
   * changes nothing, nor does one of another log. Refused as the rule table's `read` says.
   */
  mark(groupId: GroupId, userId: UserId, position: ReadPosition): Promise<Marked | Refused>;
  /** Null: not a receiver of the group. */
  of(groupId: GroupId, userId: UserId): Promise<ReadMark | null>;
}
