import type { GroupId, UserId } from '@plenum/protocol';
import type { Refused } from '../groups/commands.ts';

/** How far a member has read: from the entry that made him a receiver on, until he marks a later one. */
export interface ReadMark {
  readonly readSeq: number;
  /** Messages behind `readSeq`; group events don't count. Exact while the log still keeps the entry that was marked. */
  readonly unread: number;
}

/** Kept while the user is a member. A new epoch changes nothing: seqs and counts go on together. */
export interface ReadMarks {
  /** Raises the mark to `seq`, at most to the head; a lower one changes nothing. Refused as the rule table's `read` says. */
  mark(
    groupId: GroupId,
    userId: UserId,
    seq: number,
  ): Promise<(ReadMark & { readonly outcome: 'marked' }) | Refused>;
  /** Null: not a receiver of the group. */
  of(groupId: GroupId, userId: UserId): Promise<ReadMark | null>;
}
