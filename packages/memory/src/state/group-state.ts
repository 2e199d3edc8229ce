/** One group in memory: its members in the orders in which they are read, its counts, bans and log; and the groups of each user. */
import {
  type GroupRecord,
  type GroupSettings,
  hasRole,
  type Invite,
  type MemberRecord,
  type NotificationSetting,
  slowedUntil,
} from '@plenum/core';
import type { Counts, GroupId, GroupType, UserId } from '@plenum/protocol';
import { Bans } from './bans.ts';
import type { GroupEntries } from './group-entries.ts';
import { GroupPresence } from './group-presence.ts';
import { Invites } from './invites.ts';
import { KeptMutes } from './kept-mutes.ts';
import { Links } from './links.ts';
import { byText, SortedList } from './sorted-list.ts';

export interface Place {
  readonly seq: number;
  readonly userId: UserId;
}
interface MuteEnd {
  readonly untilMs: number;
  readonly userId: UserId;
}

interface Origin extends Pick<GroupRecord, 'groupId' | 'groupType' | 'createdAtMs'> {
  readonly settings: GroupSettings;
  readonly creator: UserId;
  readonly invitesMax: number;
  readonly linksMax: number;
  /** Called when a user goes offline because it is no longer a receiver. */
  readonly onOffline: (group: GroupState, userId: UserId) => void;
}

/** In one count with the bans; a mute above it is not kept. */
const keptMutesMax = 10_000;

const isActiveAdmin = ({ status, roles }: MemberRecord) => status === 'active' && roles.includes('admin');

export class GroupState {
  readonly groupId: GroupId;
  readonly groupType: GroupType;
  readonly createdAtMs: number;
  readonly creator: UserId;
  settings: GroupSettings;
  readonly log: GroupEntries;
  /** A banned user is no member: a ban removes the member, and a join of a banned user is refused. */
  readonly bans = new Bans();
  /** A member has no invite: its join ends it. */
  readonly invites: Invites;
  readonly links: Links;
  /** Active and muted members by their place. */
  readonly receivers = new SortedList<Place>((a, b) => a.seq - b.seq);
  /** Pending members by their place. */
  readonly applicants = new SortedList<Place>((a, b) => a.seq - b.seq);
  readonly presence = new GroupPresence();
  /** The read mark of each member, and the number of messages up to it. */
  readonly reads = new Map<UserId, { readonly seq: number; readonly messages: number }>();
  /** The notification level of each member that has one of its own. */
  readonly levels = new Map<UserId, NotificationSetting>();
  /** What applicants wrote to those who may accept them. */
  readonly notes = new Map<UserId, string>();
  /** Who has accepted an applicant that needs more accepts. */
  readonly accepts = new Map<UserId, readonly UserId[]>();
  /** Mutes that outlast a membership. */
  readonly keptMutes = new KeptMutes();
  /** The time of the last message of each user, ms, written only in slow mode. It outlasts the membership. */
  readonly lastSentMs = new Map<UserId, number>();
  /** The import that the group has taken last, and how many messages of it. */
  lastImport: { readonly id: string; readonly count: number } | null = null;
  /** Seq of the entry that last changed settings. */
  changedSeq = 1;
  isDeleted = false;
  /** The users whose invites have ended with the group. */
  uninvited: readonly UserId[] = [];
  /** True for a deleted group that kept users out: a join must not create it again, because that would let them in. */
  isClosed = false;
  /** Users whose request has ended, by the time until which they are answered as such, ms. */
  readonly expired = new Map<UserId, number>();
  readonly #requestEnds = new Map<UserId, number>();
  readonly #onOffline: Origin['onOffline'];
  readonly #index: MembershipIndex;
  readonly #members = new Map<UserId, MemberRecord>();
  /** The place of each member: the seq of its `joined` or `requested`, or its place in `members_changed`. It stays until the member leaves. */
  readonly #places = new Map<UserId, number>();
  readonly #muteEnds = new SortedList<MuteEnd>((a, b) => a.untilMs - b.untilMs || byText(a.userId, b.userId));
  #moderators = 0;
  readonly #counts = { active: 0, pending: 0, muted: 0, admins: 0 };

  constructor(origin: Origin, log: GroupEntries, index: MembershipIndex) {
    this.groupId = origin.groupId;
    this.groupType = origin.groupType;
    this.createdAtMs = origin.createdAtMs;
    this.creator = origin.creator;
    this.settings = origin.settings;
    this.#onOffline = origin.onOffline;
    this.log = log;
    this.invites = new Invites(origin.invitesMax);
    this.links = new Links(origin.linksMax);
    this.#index = index;
  }

  get hasTimedMutes(): boolean {
    return this.#muteEnds.size > 0;
  }

  /** @returns the member, or null. A due mute counts as ended, even before its entry is appended */
  member(userId: UserId, nowMs: number): MemberRecord | null {
    const record = this.#members.get(userId);
    if (record === undefined) return null;
    if (this.isExpired(userId, nowMs)) return null;
    const isDue = record.mutedUntilMs !== null && record.mutedUntilMs <= nowMs;
    return isDue ? { ...record, status: 'active', mutedUntilMs: null } : record;
  }

  /** True if the request of an applicant has ended, even before its entry is appended. */
  isExpired(userId: UserId, nowMs: number): boolean {
    return (this.#requestEnds.get(userId) ?? Number.POSITIVE_INFINITY) <= nowMs;
  }

  /** Sets the end of the request of an applicant, ms. */
  endRequestAt(userId: UserId, untilMs: number): void {
    this.#requestEnds.set(userId, untilMs);
  }

  /** Applicants whose request has ended, at most `limit`, and traces that are old enough are forgotten. */
  dueRequests(nowMs: number, limit: number): UserId[] {
    for (const [userId, untilMs] of this.expired) if (untilMs <= nowMs) this.expired.delete(userId);
    return [...this.#requestEnds]
      .filter(([, ms]) => ms <= nowMs)
      .slice(0, limit)
      .map(([userId]) => userId);
  }

  get hasTimedRequests(): boolean {
    return this.#requestEnds.size > 0;
  }

  /** True if settings were changed after `seq`, or the log has no such seq; false for null. */
  hasChangedSince(seq: number | null): boolean {
    return seq !== null && (this.changedSeq > seq || seq > this.log.seq);
  }

  /** @returns the time until which slow mode lets the user send no other message, ms, or null */
  slowedUntilMs(userId: UserId, nowMs: number): number | null {
    const lastMs = this.lastSentMs.get(userId) ?? null;
    return slowedUntil(this.settings, this.member(userId, nowMs), { lastMs, nowMs });
  }

  /** Begins the interval of slow mode after a message of a plain member, and forgets intervals that have ended. */
  noteSent(userId: UserId, nowMs: number): void {
    const { slowModeMs } = this.settings;
    const sender = this.#members.get(userId);
    if (slowModeMs === 0 || sender === undefined || hasRole(sender)) return;
    // Insertion order is the order of the times.
    this.lastSentMs.delete(userId);
    this.lastSentMs.set(userId, nowMs);
    for (const [oldest, sentMs] of this.lastSentMs) {
      if (sentMs > nowMs - slowModeMs) break;
      this.lastSentMs.delete(oldest);
    }
  }

  counts(nowMs: number): Counts {
    const due = this.#countDue(nowMs);
    const expired = this.dueRequests(nowMs, Number.POSITIVE_INFINITY).length;
    const { active, muted, pending } = this.#counts;
    const counts = { ...this.#counts, active: active + due, muted: muted - due, pending: pending - expired };
    return this.#moderators === 0 ? counts : { ...counts, moderators: this.#moderators };
  }

  /** @returns users whose mute is due but not ended yet, the earliest first, at most `limit` */
  dueMutes(nowMs: number, limit: number): UserId[] {
    const due = this.#countDue(nowMs);
    return this.#muteEnds.slice(0, Math.min(due, limit)).map(({ userId }) => userId);
  }

  isMuteDue(userId: UserId, nowMs: number): boolean {
    const untilMs = this.#members.get(userId)?.mutedUntilMs ?? null;
    return untilMs !== null && untilMs <= nowMs;
  }

  /**
   * @returns the active member with the smallest since_seq. A place is never higher than the since_seq, so the search can
   * end early. Must be called after due mutes have ended
   */
  successor(): UserId | null {
    let oldest: UserId | null = null;
    let bestSeq = Number.POSITIVE_INFINITY;
    for (const { seq, userId } of this.receivers) {
      if (seq > bestSeq) break;
      const member = this.#members.get(userId);
      if (member?.status !== 'active' || member.sinceSeq >= bestSeq) continue;
      [oldest, bestSeq] = [userId, member.sinceSeq];
    }
    return oldest;
  }

  /** @param place of a user that comes with others in one entry. Default: the place that it has, or its since_seq */
  put(userId: UserId, record: MemberRecord, place?: number): void {
    this.#forget(userId);
    this.invites.delete(userId);
    this.#members.set(userId, record);
    this.expired.delete(userId);
    this.#count(record, 1);
    const seq = place ?? this.#places.get(userId) ?? record.sinceSeq;
    this.#places.set(userId, seq);
    this.#listOf(record).add({ seq, userId });
    if (record.mutedUntilMs !== null) this.#muteEnds.add({ untilMs: record.mutedUntilMs, userId });
    this.#index.add(userId, this.groupId);
    if (record.status === 'pending') this.#endReceiving(userId);
  }

  /** Keeps the mute of a member that goes, if the settings say so; it ends like a ban. */
  keepMute(userId: UserId): void {
    const record = this.#members.get(userId);
    if (record?.status !== 'muted' || !this.settings.muteSurvivesRejoin) return;
    if (this.bans.size + this.keptMutes.size < keptMutesMax) this.keptMutes.put(userId, record.mutedUntilMs);
  }

  /** Ends the mute that was kept for a user. @returns it if it is in force, else null */
  takeKeptMute(userId: UserId, nowMs: number): Pick<MemberRecord, 'mutedUntilMs'> | null {
    const kept = this.keptMutes.take(userId, nowMs);
    return this.settings.muteSurvivesRejoin ? kept : null;
  }

  /** Adds an invite of a user that is no member, or replaces an earlier one. */
  invite(userId: UserId, invite: Invite, nowMs: number): void {
    for (const ended of this.invites.ended(nowMs)) this.endInvite(ended);
    this.invites.put(userId, invite);
    this.#index.add(userId, this.groupId);
  }

  /** Ends the invite of a user that is no member, if there is one. */
  endInvite(userId: UserId): void {
    this.invites.delete(userId);
    this.#index.delete(userId, this.groupId);
  }

  /** Removes a member, an applicant or an invited user. */
  remove(userId: UserId): void {
    this.keepMute(userId);
    this.#forget(userId);
    this.invites.delete(userId);
    this.#places.delete(userId);
    this.#index.delete(userId, this.groupId);
    this.#endReceiving(userId);
  }

  /** Deletes the group: removes all members and bans. A new group with the same id begins without them. */
  clearMembersAndBans(nowMs: number): void {
    this.isDeleted = true;
    this.uninvited = this.invites.inOrder(nowMs).map(({ userId }) => userId);
    this.isClosed = this.groupType !== 'public' || this.bans.size > 0;
    for (const userId of [...this.#members.keys(), ...this.invites.users()]) this.remove(userId);
    this.bans.clear();
    this.keptMutes.clear();
    this.links.clear();
    this.expired.clear();
  }

  /** Removes the presence, the read mark and the level of a receiver, which end with its membership. */
  #endReceiving(userId: UserId): void {
    this.reads.delete(userId);
    this.levels.delete(userId);
    if (this.presence.forget(userId)) this.#onOffline(this, userId);
  }

  #countDue(nowMs: number): number {
    return this.#muteEnds.countWhile(({ untilMs }) => untilMs <= nowMs);
  }

  #forget(userId: UserId): void {
    const record = this.#members.get(userId);
    if (record === undefined) return;
    this.#members.delete(userId);
    this.notes.delete(userId);
    this.accepts.delete(userId);
    this.#requestEnds.delete(userId);
    this.#count(record, -1);
    this.#listOf(record).delete({ seq: this.#places.get(userId) ?? record.sinceSeq, userId });
    if (record.mutedUntilMs !== null) this.#muteEnds.delete({ untilMs: record.mutedUntilMs, userId });
  }

  #listOf(record: MemberRecord): SortedList<Place> {
    return record.status === 'pending' ? this.applicants : this.receivers;
  }

  #count(record: MemberRecord, by: 1 | -1): void {
    this.#counts[record.status] += by;
    if (isActiveAdmin(record)) this.#counts.admins += by;
    if (record.roles.includes('moderator')) this.#moderators += by;
  }
}

/** The groups in which a user has any status, ascending by group id. */
export class MembershipIndex {
  readonly #groups = new Map<UserId, SortedList<GroupId>>();

  add(userId: UserId, groupId: GroupId): void {
    const groups = this.#groups.get(userId) ?? new SortedList<GroupId>(byText);
    groups.add(groupId);
    this.#groups.set(userId, groups);
  }

  delete(userId: UserId, groupId: GroupId): void {
    const groups = this.#groups.get(userId);
    groups?.delete(groupId);
    if (groups?.size === 0) this.#groups.delete(userId);
  }

  /** @returns at most `limit` groups with an id above `afterId`; from the first group on if `afterId` is null */
  page(userId: UserId, afterId: string | null, limit: number): GroupId[] {
    const groups = this.#groups.get(userId);
    if (groups === undefined) return [];
    const index = afterId === null ? 0 : groups.countWhile((groupId) => byText(groupId, afterId) <= 0);
    return groups.slice(index, limit);
  }
}
