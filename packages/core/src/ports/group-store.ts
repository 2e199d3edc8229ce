/** Groups and their members: changes, timed mutes that end, and how far each member has read. */
import type { GroupId, MemberStatus, NotificationLevel, UserId } from '@plenum/protocol';
import type { GroupActivity } from '../groups/activity.ts';
import type {
  ChangeAdmission,
  ChangeMembers,
  ChangeOutcome,
  GroupCommand,
  MembersChanged,
  Refused,
} from '../groups/commands.ts';
import type {
  BanRow,
  GroupRecord,
  InviteLink,
  InviteRow,
  LinkedGroup,
  MemberRow,
  Membership,
  Page,
  PageOf,
  Position,
  Standings,
} from '../groups/records.ts';

/**
 * Groups and their members. Every method throws `PlenumError` (`unavailable`, `timeout`) when the store cannot be
 * reached; after `timeout` the outcome of a change is unknown, and the same request key may be tried again.
 */
export interface GroupStore {
  /**
   * Executes one row of the rule table: ends due mutes, checks in the table's order, changes, appends the log entry
   * and publishes it, all or nothing. At most one entry per request key; the same key gets the same answer again,
   * even if the user's membership bucket is empty.
   */
  change(command: GroupCommand): Promise<ChangeOutcome>;
  /**
   * Checks a change before a slow adapter is asked: a repeated request gets its first answer, a forbidden one its
   * refusal, and the tokens of the change are taken. Changes nothing else. `change` checks the rules again.
   */
  admit(command: GroupCommand): Promise<ChangeAdmission>;
  /**
   * Adds and removes users by the service: ends due mutes, judges each user by the rows `add` and `remove` in order,
   * changes those that nothing refuses, and appends one entry `members_changed` for them, all in one atomic step. In a
   * public group without an active member the first active addition becomes admin. Refuses as a whole if there is no
   * such group, if the room queue is full and the command adds, or for `conflict`. At most one entry per request key
   * and part. The index of the groups of every added user is written before.
   */
  changeMembers(command: ChangeMembers): Promise<MembersChanged | Refused>;
  /** The group; due mutes count as ended. Null if there is none; a tombstone counts as none. */
  group(groupId: GroupId): Promise<GroupRecord | null>;
  /** Reads head and record in one atomic step; null only if neither group nor tombstone exists. */
  position(groupId: GroupId, userId: UserId | null): Promise<Position | null>;
  /**
   * Lists members and applicants by their place: the seq of the entry that brought them into the group, and the place
   * in that entry if it brought many. An
   * acceptance, a mute or a new request does not change the place, so a user that stays in the group (and in the
   * `status`, if given) is listed once, whatever happens between two pages. Costs the page, never the group. With
   * `status`, a page may be shorter than `limit` while `nextCursor` is not null. Null: no such group.
   * @throws PlenumError `invalid_args` for a cursor that this method did not return
   */
  members(
    groupId: GroupId,
    page: { readonly cursor: string | null; readonly limit: number; readonly status: MemberStatus | null },
  ): Promise<Page<MemberRow> | null>;
  /**
   * Lists the bans in force: those that end first come first, those without an end last, those of one end by the bytes of
   * their users. A ban that stays as it is between two pages is listed once. Costs the page. Null: no such group.
   * @throws PlenumError `invalid_args` for a cursor that this method did not return
   */
  bans(groupId: GroupId, page: PageOf): Promise<Page<BanRow> | null>;
  /** Lists the open invites by the bytes of their users, each once. Null: no such group. Throws as `bans`. */
  invites(groupId: GroupId, page: PageOf): Promise<Page<InviteRow> | null>;
  /**
   * The invite links of the group that have not ended by themselves, the oldest first; used up ones are among them.
   * At most `linksPerGroupMax`. Null: no such group.
   */
  links(groupId: GroupId): Promise<readonly InviteLink[] | null>;
  /** The link with this id and what may be seen by it, in one atomic step; null: there is no such link. */
  linked(groupId: GroupId, linkId: string): Promise<LinkedGroup | null>;
  /**
   * Lists all groups whose id begins with `prefix`, ascending by id. For operators: costs one page per partition.
   * @throws PlenumError `invalid_args` for a cursor that is no group id
   */
  list(page: {
    readonly prefix: string;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<GroupId>>;
  /**
   * Lists the groups in which the user has any status, ascending by group id, each verified against the group itself.
   */
  memberships(
    userId: UserId,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<Membership>>;
  /**
   * The ids of these groups, not verified: one page may name groups that the user is not in, but leaves out none that it is in.
   */
  groupIdsOf(userId: UserId, page: PageOf): Promise<Page<GroupId>>;
  /**
   * What users are in one group, at one instant: all members if the group has at most `wholeMax` of them, else these users. Null: as
   * `position`. @param userIds at most `standingsMax`
   */
  standings(
    groupId: GroupId,
    wanted: { readonly userIds: readonly UserId[]; readonly wholeMax: number },
  ): Promise<Standings | null>;
  /**
   * The same groups in no order, each with the last message that the log has and the user may read. Not verified, so
   * it may name a group that the user is not in, without a message. Costs one call per 32 groups of a server.
   */
  activity(userId: UserId): Promise<readonly GroupActivity[]>;
  /** Those of these groups in which the user has any status, in their order. */
  membershipsIn(userId: UserId, groupIds: readonly GroupId[]): Promise<readonly Membership[]>;
}

/** Users that one call of `GroupStore.standings` asks for at most. */
export const standingsMax = 200;

/** How many mutes and bans one step on a group ends at most, in addition to those of the users that it names. */
export const dueMutesPerStep = 50;

/** Work that the owner of a partition does for its groups. */
export interface DueMutes {
  /**
   * Ends the due mutes and bans of the partition. Each group is one atomic step that may run twice without harm, so
   * the call needs no fence. One call handles a bounded number of groups; the next call continues. Example: the mute
   * of alice ends at 12:00:00 and no request reaches the group. The first call after that time appends `unmuted` for
   * alice with the reason `expired`.
   * @throws PlenumError `unavailable` when the store cannot be reached
   */
  endDueMutes(partition: number): Promise<void>;
}

/** A group that has ended without a request. */
export interface EndedGroup {
  readonly groupId: GroupId;
  /** Of its last entry, `deleted`. */
  readonly epoch: string;
  readonly seq: number;
  /** When it ended, by the store's clock, ms. */
  readonly atMs: number;
  /** The users whose invites have ended with it. */
  readonly uninvited: readonly UserId[];
}

/** Work that the owner of a partition does for its public groups without members. */
export interface EmptyGroups {
  /**
   * Ends the public groups of the partition that had no member and no entry for `EngineSettings.emptyGroupTtlMs`. Each ends in
   * one atomic step that looks again: a join at the same moment keeps the group, or finds none. One call handles a bounded
   * number of groups.
   * @throws PlenumError `unavailable` when the store cannot be reached
   */
  endEmpty(partition: number): Promise<readonly EndedGroup[]>;
}

/**
 * How far a member has read. It begins at the entry that made the user a receiver; a later mark or an own message
 * raises it.
 */
export interface ReadMark {
  readonly readSeq: number;
  /** Messages after `readSeq`; group events do not count. Exact while the log still has the entry that was marked. */
  readonly unread: number;
}

/** A read mark, and the mentions of the user after it. */
export interface ReadState extends ReadMark {
  /** Messages after `readSeq` that mention the user and that the log still has. */
  readonly unreadMentions: number;
  /** Null: the level is `all`. */
  readonly notifications: NotificationSetting | null;
}

/**
 * The position up to which a device reports that its user has read. Without an epoch it is a seq of the present log.
 */
export interface ReadPosition {
  readonly seq: number;
  readonly epoch: string | null;
  /** True: the mark may go back, at most to the entry that made the user a receiver. Default: it only rises. */
  readonly mayFall?: boolean;
}

export interface Marked extends ReadMark {
  readonly type: 'marked';
  /** The epoch of the present log. */
  readonly epoch: string;
  /** True if the mark is higher than before. */
  readonly hasRisen: boolean;
  /** True if the mark is lower than before. */
  readonly hasFallen: boolean;
}

/** Read marks, kept while the user is a member. A new epoch changes nothing, because seqs and counts continue. */
export interface ReadMarks {
  /**
   * Raises the mark to `seq`, at most to the head, or to the end of a past epoch that the log continues. A lower
   * position changes nothing without `mayFall`, and one of another log nothing at all. Refuses as the rule table's `read` says.
   */
  mark(groupId: GroupId, userId: UserId, position: ReadPosition): Promise<Marked | Refused>;
  /** The user's mark; null: the user is no receiver of the group. */
  of(groupId: GroupId, userId: UserId): Promise<ReadState | null>;
  /** The seqs of the marks of these users; a user without a mark is absent from the map. */
  among(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/** Of which messages a member is notified. */
export interface NotificationSetting {
  readonly level: NotificationLevel;
  /** When the level is `all` again, ms of the engine's clock; null: it does not end by itself. */
  readonly untilMs: number | null;
}

/** The own settings of members about the notifier. A setting ends with the membership. */
export interface NotificationLevels {
  /** Replaces the setting of a receiver. Refuses as the rule table's `read` says. @returns the setting that holds now */
  set(
    groupId: GroupId,
    userId: UserId,
    setting: NotificationSetting,
  ): Promise<{ readonly type: 'set'; readonly setting: NotificationSetting } | Refused>;
  /** The levels of these users that hold now; a user whose level is `all` is absent from the map. */
  among(
    groupId: GroupId,
    userIds: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, Exclude<NotificationLevel, 'all'>>>;
}
