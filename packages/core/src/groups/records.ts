/** The records of a group and of its members, as both engines keep them. Times are ms of the engine's clock. */
import type {
  Actor,
  Counts,
  Failure,
  GroupId,
  GroupType,
  HistorySetting,
  MemberStatus,
  MembershipEvents,
  Posting,
  Role,
  UserId,
} from '@plenum/protocol';
import { limits } from '@plenum/protocol';

export interface MemberRecord {
  readonly status: MemberStatus;
  readonly roles: readonly Role[];
  readonly joinedAtMs: number;
  /**
   * Seq of the entry that last made the user a receiver (created, joined, accepted); of `requested` while pending. Of the next
   * entry, if the join was none.
   */
  readonly sinceSeq: number;
  /** Null: the mute does not end by itself. */
  readonly mutedUntilMs: number | null;
}

/** Of the log of a group. Null: as the service. */
export interface GroupRetention {
  readonly maxEntries: number | null;
  readonly maxAgeMs: number | null;
}

export interface GroupSettings {
  readonly maxMembers: number | null;
  readonly ephemeral: boolean;
  readonly history: HistorySetting;
  /** JSON text exactly as Node serialised it, or null. */
  readonly metadata: string | null;
  /** Who may send. */
  readonly posting: Posting;
  /** A member without a role sends one message in so many ms; 0: any number. */
  readonly slowModeMs: number;
  /** How long a message may be edited; 0: never. */
  readonly editWindowMs: number;
  /** How many different users who may accept have to accept an applicant. */
  readonly acceptsNeeded: number;
  /** True: the mute of a user that leaves continues when the user comes back. */
  readonly muteSurvivesRejoin: boolean;
  /** How long no user can create a group with the same id after the end of this one. */
  readonly idReservedMs: number;
  /** Null: that of the service, which is the most in any case. */
  readonly retention: GroupRetention | null;
  /** An applicant that was not answered for so many ms is no applicant any longer; null: it waits without an end. */
  readonly requestTtlMs: number | null;
  /** `counts`: joins and leaves of plain members are no entries. */
  readonly membershipEvents: MembershipEvents;
}

/** The settings of a group that a join creates. */
export const defaultGroupSettings: GroupSettings = {
  maxMembers: null,
  ephemeral: false,
  history: 'all',
  metadata: null,
  posting: 'members',
  slowModeMs: 0,
  editWindowMs: limits.editWindowMsDefault,
  acceptsNeeded: 1,
  muteSurvivesRejoin: false,
  idReservedMs: 0,
  retention: null,
  requestTtlMs: null,
  membershipEvents: 'all',
};

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
  /**
   * One more than the number of joins and leaves that were no entries. Absent: each was one, and the group never had the
   * setting by which they are none.
   */
  readonly membersVersion?: number;
}

/**
 * Numbers the states of a group: it rises by one with each entry, and with each join and leave that is no entry. So a state that
 * was read is ordered among the changes that a node receives.
 */
export const tickOf = ({ seq, membersVersion = 0 }: Pick<LogHead, 'seq' | 'membersVersion'>): number =>
  seq + membersVersion;

export interface GroupRecord extends GroupSettings {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly createdAtMs: number;
  readonly counts: Counts;
  readonly head: LogHead;
  /** True if a member has, or had, a notification level of its own. */
  readonly hasLevels: boolean;
}

/** An invite of a user that is no member; one that has ended counts as none. */
export interface Invite {
  readonly invitedBy: Actor;
  /** Null: it does not end by itself. */
  readonly untilMs: number | null;
}

/** An invite link as it is kept: without its code. */
export interface InviteLink {
  readonly linkId: string;
  readonly createdBy: Actor;
  readonly createdAtMs: number;
  /** Null: it does not end by itself. */
  readonly untilMs: number | null;
  /** Null: any number. */
  readonly maxUses: number | null;
  /** Users who have joined or applied by it. */
  readonly uses: number;
}

/** What a user may see of a group before it joins by a link. */
export interface LinkedGroup {
  readonly groupType: GroupType;
  /** JSON text, or null. */
  readonly metadata: string | null;
  /** Active and muted members. */
  readonly membersCount: number;
  readonly link: InviteLink;
}

export const isUsedUp = ({ maxUses, uses }: Pick<InviteLink, 'maxUses' | 'uses'>): boolean =>
  maxUses !== null && uses >= maxUses;

/** What a user is in a group. */
export interface Standing {
  readonly member: MemberRecord | null;
  readonly isBanned: boolean;
  /** Null: not banned, or until an unban. */
  readonly bannedUntilMs: number | null;
}

/** Of a user without a record. */
export const strangerStanding: Standing = { member: null, isBanned: false, bannedUntilMs: null };

/** One atomic read: the log's head, and what users are in the group at that head. */
export interface Standings {
  readonly head: LogHead;
  /** True: it has all members, not only the users that were asked for. */
  readonly isWhole: boolean;
  /** Of a member that was read, or of a user that was asked for. */
  of(userId: UserId): Standing;
}

/** One atomic read: the log's head and the user's own record at that head. */
export interface Position extends Standing {
  readonly groupType: GroupType;
  readonly settings: GroupSettings;
  readonly head: LogHead;
  /** The time until which slow mode lets the user send no other message; null: it may send now. */
  readonly slowedUntilMs: number | null;
  readonly invite: Invite | null;
}

/** A row of a member page. */
export interface MemberRow extends MemberRecord {
  readonly userId: UserId;
  /** What an applicant wrote to those who may accept it; null: nothing, or the user is no applicant. */
  readonly note: string | null;
}

/** A row of a page of bans. */
export interface BanRow {
  readonly userId: UserId;
  readonly sinceMs: number;
  /** Null: until an unban. */
  readonly untilMs: number | null;
  /** Null: not known, because an earlier version has banned the user. */
  readonly bannedBy: Actor | null;
  readonly reason: string | null;
}

/** A row of a page of open invites. */
export interface InviteRow extends Invite {
  readonly userId: UserId;
}

/** A group in a user's `list_groups`; verified against the group itself. It has a member or an invite. */
export interface Membership {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly member: MemberRecord | null;
  readonly invite: Invite | null;
  readonly head: LogHead;
}

/** Which page is asked for. */
export interface PageOf {
  /** `nextCursor` of the page before; null: the first page. */
  readonly cursor: string | null;
  readonly limit: number;
}
export interface Page<T> {
  readonly rows: readonly T[];
  /** Opaque; null after the last page. */
  readonly nextCursor: string | null;
}

/** True if a join or leave of this user is no entry. The end of an application is one. */
export const isUnlisted = (
  { membershipEvents }: Pick<GroupSettings, 'membershipEvents'>,
  { status, roles }: Pick<MemberRecord, 'status' | 'roles'>,
): boolean =>
  membershipEvents === 'counts' && status !== 'pending' && !roles.some((role) => role !== 'member');

export const isReceiver = (member: MemberRecord | null): member is MemberRecord =>
  member !== null && member.status !== 'pending';

/**
 * The time until which slow mode lets a user send no other message; null: it may send now. A role frees from slow mode.
 * @param sent times in ms; `lastMs` null: the user has sent nothing yet
 */
export function slowedUntil(
  { slowModeMs }: Pick<GroupSettings, 'slowModeMs'>,
  member: MemberRecord | null,
  { lastMs, nowMs }: { readonly lastMs: number | null; readonly nowMs: number },
): number | null {
  if (slowModeMs === 0 || lastMs === null || member === null || hasRole(member)) return null;
  // A time that is still to come is from before a step back of the clock: the next message begins the interval anew.
  const untilMs = lastMs > nowMs ? nowMs : lastMs + slowModeMs;
  return untilMs > nowMs ? untilMs : null;
}

/** True for an admin and for a moderator, whatever its status. */
export const hasRole = ({ roles }: Pick<MemberRecord, 'roles'>): boolean =>
  roles.includes('admin') || roles.includes('moderator');
/** True if the rules let this member accept applicants, and so invite users. */
export const mayAccept = (groupType: GroupType, member: MemberRecord | null): boolean =>
  member?.status === 'active' && (groupType !== 'strict_private' || hasRole(member));

/** The refusal of an update of settings that were changed after its `if_seq`. */
export const changedSince: Failure = {
  code: 'conflict',
  error: 'The settings of the group have changed since if_seq',
  details: { field: 'if_seq' },
};

/** The refusal of a create by a user while the id of an ended group is reserved. */
export const idReserved = (untilMs: number): Failure => ({
  code: 'already_exists',
  error: `The id of an ended group is reserved until ${isoTime(untilMs)}`,
  details: { field: 'group_id', reason: 'reserved' },
});

/** A retention on the wire. */
export const retentionView = (retention: GroupRetention | null) =>
  retention && {
    ...(retention.maxEntries === null ? {} : { max_entries: retention.maxEntries }),
    ...(retention.maxAgeMs === null ? {} : { max_age_ms: retention.maxAgeMs }),
  };

/** @param untilMs null: the ban does not end by itself */
export const bannedFailure = (untilMs: number | null): Failure =>
  untilMs === null ? { code: 'banned' } : { code: 'banned', details: { banned_until: isoTime(untilMs) } };

/** Milliseconds to ISO-8601 UTC with milliseconds: the only form in which a time leaves the service. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
