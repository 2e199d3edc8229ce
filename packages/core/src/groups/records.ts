/** The records of a group and of its members, as both engines keep them. Times are ms of the engine's clock. */
import type {
  Counts,
  Failure,
  GroupId,
  GroupType,
  HistorySetting,
  MemberStatus,
  Role,
  UserId,
} from '@plenum/protocol';

export interface MemberRecord {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  readonly joinedAtMs: number;
  /** Seq of the entry that last made the user a receiver (created, joined, accepted); of `requested` while pending. */
  readonly sinceSeq: number;
  /** Null: the mute does not end by itself. */
  readonly mutedUntilMs: number | null;
}

export interface GroupSettings {
  readonly maxMembers: number | null;
  readonly ephemeral: boolean;
  readonly history: HistorySetting;
  /** JSON text exactly as Node serialised it, or null. */
  readonly metadata: string | null;
}

/** A finished epoch of a log and the last seq that belongs to it. */
export interface PastEpoch {
  readonly epoch: string;
  readonly endSeq: number;
}

/** The head of a log. A position (e, n) is good if e is current and n ≤ head, or e is in `past` and n ≤ its end. */
export interface LogHead {
  readonly epoch: string;
  readonly seq: number;
  /** Newest last, at most 8. */
  readonly past: readonly PastEpoch[];
  /** Smallest seq that is still kept; `seq + 1` when nothing is. */
  readonly oldestSeq: number;
  /** The group was deleted; the log stays readable for 10 minutes so that every node can deliver `deleted`. */
  readonly isDeleted: boolean;
}

export interface GroupRecord extends GroupSettings {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly createdAtMs: number;
  readonly counts: Counts;
  readonly head: LogHead;
}

/** One atomic read: the log's head and the user's own record at that head. */
export interface Position {
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  readonly head: LogHead;
  readonly member: MemberRecord | null;
  readonly isBanned: boolean;
  /** Null: not banned, or until an unban. */
  readonly bannedUntilMs: number | null;
}

/** A row of a member page. */
export interface MemberRow extends MemberRecord {
  readonly userId: UserId;
  /** What an applicant wrote to those who may accept it; null: nothing, or the user is no applicant. */
  readonly note: string | null;
}

/** A group in a member's `list_groups`; verified against the group itself. */
export interface Membership {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly member: MemberRecord;
  readonly head: LogHead;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Opaque; null after the last page. */
  readonly nextCursor: string | null;
}

export const isReceiver = (member: MemberRecord | null): member is MemberRecord =>
  member !== null && member.status !== 'pending';

/** @param untilMs null: the ban does not end by itself */
export const bannedFailure = (untilMs: number | null): Failure =>
  untilMs === null ? { code: 'banned' } : { code: 'banned', details: { banned_until: isoTime(untilMs) } };

/** Milliseconds to ISO-8601 UTC with milliseconds: the only form in which a time leaves the service. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
