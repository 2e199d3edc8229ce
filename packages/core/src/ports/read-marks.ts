import type { GroupId, UserId } from '@plenum/protocol';
import type { Refused } from '../groups/commands.ts';

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
