/** The whole state of the memory engine. Every entry gets into a log by a method of this class. */
import {
  type Appended,
  type ChangeDone,
  type ChangedMessage,
  type EngineSettings,
  type EphemeralPush,
  type ForeignMessage,
  type LogEntry,
  type MembersChanged,
  type MessageChanged,
  type Pushed,
  type Random,
  type TimedMessage,
  targetOf,
  tombstoneMs,
  type UnlistedChange,
} from '@plenum/core';
import { type GroupId, limits, type UserId } from '@plenum/protocol';
import type { MemoryOutbox } from '../delivery/outbox.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { ChangeDraft, EventDraft, NewMessage } from './group-entries.ts';
import { presencePushes, type Transition } from './group-presence.ts';
import { type GroupState, MembershipIndex } from './group-state.ts';
import { type PresentLog, RequestMemory } from './request-memory.ts';
import { byText, SortedList } from './sorted-list.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface Timed extends TimedMessage {
  readonly atMs: number;
}

const byTime = (a: Timed, b: Timed): number =>
  a.atMs - b.atMs ||
  byText(a.groupId, b.groupId) ||
  byText(a.target.epoch, b.target.epoch) ||
  a.target.seq - b.target.seq ||
  byText(a.kind, b.kind);

export interface MemoryStateDeps {
  readonly random: Random;
  readonly settings: EngineSettings;
  /** The engine's clock: whole ms since 1970. It never steps back. */
  readonly now: () => number;
  /** Gives a stored entry to the feeds of this process. Must not call a listener before it returns. */
  readonly publish: (groupId: GroupId, entry: LogEntry) => void;
  /** Does the same with a join or leave that is no entry. */
  readonly publishUnlisted: (groupId: GroupId, change: UnlistedChange) => void;
  /** Does the same with pushes that are not entries. */
  readonly publishEphemeral: (groupId: GroupId, pushes: readonly EphemeralPush[]) => void;
  readonly outbox: MemoryOutbox;
}

export class MemoryState {
  readonly random: Random;
  readonly settings: EngineSettings;
  readonly now: () => number;
  readonly publishEphemeral: MemoryStateDeps['publishEphemeral'];
  readonly groups = new Map<GroupId, GroupState>();
  /** The ids of `groups`, ascending. */
  readonly groupIds = new SortedList<GroupId>(byText);
  readonly memberships = new MembershipIndex();
  /** Answers to changes, messages and changes of messages together: a request id names one request of any sort. */
  readonly requests: RequestMemory<ChangeDone | Appended | Pushed | MembersChanged | MessageChanged>;
  /** Tokens for messages, one bucket per sender and group. */
  readonly messageBuckets: TokenBuckets;
  /** Tokens for joins, leaves and creates, one bucket per user. */
  readonly membershipBuckets: TokenBuckets;
  /** Tokens for changes, one bucket per acting user and group. */
  readonly changeBuckets: TokenBuckets;
  /** Tokens for entries `appended`, one bucket per message. */
  readonly appendBuckets: TokenBuckets;
  /** The groups that have a mute or a ban with an end. */
  readonly timed = new Set<GroupState>();
  /** Public groups that had no member at their last departure. */
  readonly empty = new Set<GroupState>();
  /** Messages that wait for a time, by that time. */
  readonly timedMessages = new SortedList<Timed>(byTime);
  readonly #tombstones: ExpiringMap<GroupId, GroupState>;
  /** Ids of ended groups that no user can use, and until when. */
  readonly #reserved: ExpiringMap<GroupId, number>;
  readonly outbox: MemoryOutbox;
  readonly #created = new Map<UserId, number>();
  readonly #deps: Pick<MemoryStateDeps, 'publish' | 'publishUnlisted'>;

  constructor(deps: MemoryStateDeps) {
    this.random = deps.random;
    this.settings = deps.settings;
    this.now = deps.now;
    this.publishEphemeral = deps.publishEphemeral;
    this.outbox = deps.outbox;
    this.#deps = deps;
    const nowMs = this.now();
    this.requests = new RequestMemory(nowMs);
    const { ratePerSec, rateBurst, membershipRatePerSec, membershipRateBurst } = deps.settings;
    this.messageBuckets = new TokenBuckets({ perSec: ratePerSec, burst: rateBurst }, nowMs);
    this.membershipBuckets = new TokenBuckets(
      { perSec: membershipRatePerSec, burst: membershipRateBurst },
      nowMs,
    );
    const { changeRatePerSec, changeRateBurst } = deps.settings;
    this.changeBuckets = new TokenBuckets({ perSec: changeRatePerSec, burst: changeRateBurst }, nowMs);
    const { appendRatePerSec, appendRateBurst } = deps.settings;
    this.appendBuckets = new TokenBuckets({ perSec: appendRatePerSec, burst: appendRateBurst }, nowMs);
    this.#tombstones = new ExpiringMap(nowMs);
    this.#reserved = new ExpiringMap(nowMs);
  }

  /** @returns the group, or its tombstone for 10 min after its end */
  groupOrTombstone(groupId: GroupId, nowMs: number): GroupState | null {
    return this.groups.get(groupId) ?? this.#tombstones.get(groupId, nowMs) ?? null;
  }

  /** @returns the time until which no user can create a group with the id of an ended group, ms; null: it can now */
  reservedUntilMs(groupId: GroupId, nowMs: number): number | null {
    return this.#reserved.get(groupId, nowMs) ?? null;
  }

  /** @returns the head of the current log of this id, which may be that of a tombstone */
  presentLog(groupId: GroupId, nowMs: number): PresentLog | null {
    const group = this.groupOrTombstone(groupId, nowMs);
    return group && { epoch: group.log.epoch, seq: group.log.seq, isDeleted: group.isDeleted };
  }

  /** @returns the number of existing groups that the user has created */
  createdBy(userId: UserId): number {
    return this.#created.get(userId) ?? 0;
  }

  /** @returns the number of groups in which the user waits for acceptance, counted up to `max` */
  requestsOf(userId: UserId, max: number): number {
    let count = 0;
    for (const groupId of this.memberships.page(userId, null, Number.POSITIVE_INFINITY)) {
      if (this.groups.get(groupId)?.member(userId, 0)?.status === 'pending') count += 1;
      if (count >= max) break;
    }
    return count;
  }

  /** Adds a new group. Replaces a tombstone with its log. */
  begin(group: GroupState): void {
    this.#tombstones.delete(group.groupId);
    this.#reserved.delete(group.groupId);
    this.groups.set(group.groupId, group);
    this.#created.set(group.creator, this.createdBy(group.creator) + 1);
    this.groupIds.add(group.groupId);
  }

  /** Replaces the group by a tombstone. The entry `deleted` must already be in the log. */
  end(group: GroupState, nowMs: number): void {
    group.clearMembersAndBans(nowMs);
    this.groups.delete(group.groupId);
    const left = this.createdBy(group.creator) - 1;
    if (left > 0) this.#created.set(group.creator, left);
    else this.#created.delete(group.creator);
    this.groupIds.delete(group.groupId);
    this.timed.delete(group);
    this.#tombstones.set(group.groupId, group, nowMs + tombstoneMs);
    const { idReservedMs } = group.settings;
    if (idReservedMs === 0) return;
    this.#reserved.set(group.groupId, nowMs + idReservedMs, nowMs + idReservedMs);
    group.settings = { ...group.settings, metadata: null };
  }

  /** Appends an event. @returns its seq */
  record(group: GroupState, event: EventDraft, nowMs: number): number {
    const entry = group.log.appendEvent(event, nowMs);
    this.outbox.write(group.groupId, entry);
    this.#publish(group, entry);
    return entry.seq;
  }

  #publish(group: GroupState, entry: LogEntry): void {
    const version = group.log.membersVersion;
    if (version === null) this.#deps.publish(group.groupId, entry);
    else this.#publishCounted(group, entry, version);
  }

  /** A step may change the members after its entry, so they are counted when the entry is delivered. */
  #publishCounted(group: GroupState, entry: LogEntry, version: number): void {
    const countNow = () => {
      const { active, muted } = group.counts(this.now());
      return active + muted;
    };
    const members = {
      version,
      get count() {
        return countNow();
      },
    };
    this.#deps.publish(group.groupId, { ...entry, members });
  }

  /** Publishes a join or leave that is no entry, after the change. @returns the seq of the last entry */
  recordUnlisted(group: GroupState, draft: EventDraft, nowMs: number): number {
    const event = group.log.unlisted(draft, nowMs);
    const { active, muted } = group.counts(nowMs);
    const version = group.log.membersVersion ?? 1;
    this.#deps.publishUnlisted(group.groupId, { event, version, membersCount: active + muted });
    return event.seq;
  }

  /** Appends a message. @returns its seq */
  store(group: GroupState, message: NewMessage, nowMs: number): number {
    const entry = group.log.appendMessage(message, nowMs);
    this.outbox.write(group.groupId, entry);
    this.#publish(group, entry);
    const { epoch, seq } = entry;
    const timed = { groupId: group.groupId, target: { epoch, seq } };
    if (message.expiresInMs !== null) {
      this.timedMessages.add({ ...timed, kind: 'expiry', atMs: nowMs + message.expiresInMs });
    }
    if (message.isOpen) {
      this.timedMessages.add({ ...timed, kind: 'open', atMs: nowMs + limits.appendIdleMs });
    }
    return entry.seq;
  }

  /** Appends messages of another system, which are not published. */
  storeForeign(group: GroupState, messages: readonly ForeignMessage[], nowMs: number): void {
    for (const message of messages)
      this.outbox.write(
        group.groupId,
        group.log.appendMessage(
          { ...message, reply: null, mentions: [], isOpen: false, expiresInMs: null },
          nowMs,
        ),
      );
  }

  /**
   * Appends a change of a message.
   * @param sent of a take-down, for an archive that never got the message. @returns its seq
   */
  recordChange(
    group: GroupState,
    draft: ChangeDraft,
    {
      nowMs,
      sent,
      whole,
    }: {
      readonly nowMs: number;
      readonly sent?: ChangedMessage['sent'];
      /** Of the last append: the whole text. Adapters get it instead of pieces. */
      readonly whole?: string;
    },
  ): number {
    const { entry, change } = group.log.appendChange(draft, nowMs);
    const { text: _, ...told } = change;
    this.outbox.writeChange(
      group.groupId,
      { ...told, ...(whole === undefined ? {} : { message: whole }) },
      sent,
    );
    this.#publish(group, entry);
    return entry.seq;
  }

  /** True if nothing was appended to the open message for long. */
  isOpenDue({ groupId, target }: Pick<TimedMessage, 'groupId' | 'target'>, nowMs: number): boolean {
    const { epoch, seq } = target;
    return ![...this.timedMessages].some(
      (one) =>
        one.kind === 'open' &&
        one.groupId === groupId &&
        one.target.epoch === epoch &&
        one.target.seq === seq &&
        one.atMs > nowMs,
    );
  }

  /** The message no longer waits for this. */
  forgetTimed({ groupId, target, kind }: TimedMessage): void {
    const isMeant = (one: Timed) =>
      one.groupId === groupId &&
      one.kind === kind &&
      one.target.epoch === target.epoch &&
      one.target.seq === target.seq;
    for (const one of [...this.timedMessages].filter(isMeant)) this.timedMessages.delete(one);
  }

  /** True if the log has a tombstone for this message, or the archive needs to get one. */
  isTakenDown(groupId: GroupId, id: string): boolean {
    if (this.outbox.named(groupId, id) !== null) return true;
    const target = targetOf(id);
    const log = this.groupOrTombstone(groupId, this.now())?.log;
    if (target === null || log === undefined || target.epoch !== log.epoch) return false;
    return log.messages.of(target.seq)?.isTakenDown === true;
  }

  publishTransitions(group: GroupState, transitions: readonly Transition[]): void {
    if (group.isDeleted) return;
    const { active, muted } = group.counts(this.now());
    const { count } = group.presence;
    this.publishEphemeral(
      group.groupId,
      presencePushes(group.groupId, { receivers: active + muted, count, transitions }),
    );
  }

  /** Removes expired records. */
  sweep(nowMs: number): void {
    this.requests.sweep(nowMs);
    this.messageBuckets.sweep(nowMs);
    this.membershipBuckets.sweep(nowMs);
    this.changeBuckets.sweep(nowMs);
    this.appendBuckets.sweep(nowMs);
    this.#tombstones.sweep(nowMs);
    this.#reserved.sweep(nowMs);
  }
}
