/**
 * The world around a feed host: a group, its log and a lossy channel, which a fast-check scheduler drives step by
 * step.
 */
import { type ChangedMember, type GroupEvent, SERVICE, type UserId, userIdSchema } from '@plenum/protocol';
import type { Scheduler } from 'fast-check';
import { FeedHost } from '../src/feed/feed-host.ts';
import {
  defaultGroupSettings,
  type LogHead,
  type MemberRecord,
  type PastEpoch,
  type Position,
} from '../src/groups/records.ts';
import type { LogEntry } from '../src/log/entry.ts';
import { numberedTags } from '../src/partitions.ts';
import type { Engine } from '../src/ports/engine.ts';
import type { LogRange } from '../src/ports/group-log.ts';
import type { FeedListener, Nudge } from '../src/ports/pubsub.ts';
import type { Clock } from '../src/ports/runtime.ts';
import { NodePresence } from '../src/presence/node-presence.ts';
import { MessageProbe } from '../src/telemetry/message-probe.ts';
import { fanOut, groupId, idlePresence, membershipsOf, pageOf, standingsOf } from './simulated-parts.ts';
import { unused, unusedPorts } from './unused-ports.ts';
import { removing } from './watchful-device.ts';

export { groupId };
export const user = (name: string): UserId => userIdSchema.parse(name);

/** The shortest of the periodic rounds. */
const roundMs = 5000;

export type Fate = 'arrives' | 'is lost' | 'arrives twice';

export class Simulation {
  readonly host: FeedHost;
  readonly entries: LogEntry[] = [];
  readonly members = new Map<UserId, MemberRecord>();
  /** Joins and leaves that were no entries, in their order, with the last entry before each. */
  readonly unlisted: { type: 'joined' | 'left'; userId: UserId; afterSeq: number }[] = [];
  nowMs = 0;
  readonly #scheduler: Scheduler;
  #listener: FeedListener | null = null;
  #epoch = 'e0';
  #past: PastEpoch[] = [];
  #nudged: (nudge: Nudge) => void = () => {};
  #trimmedSeq = 0;
  #epochs = 0;
  /** Null: every join and leave is an entry. */
  #version: number | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    const clock: Clock = {
      monotonicMs: () => this.nowMs,
      after: (delayMs, task) => {
        let isCancelled = false;
        const run = () => {
          if (isCancelled) return;
          this.nowMs += delayMs;
          task();
        };
        // Rounds that come again and again would never let the node come to rest.
        if (delayMs < roundMs) this.#later(run);
        return () => {
          isCancelled = true;
        };
      },
    };
    const ignore = () => {};
    const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    const engine = this.#engine();
    const presence = new NodePresence({
      presence: engine.presence,
      fanOut,
      clock,
      logger,
      nodeId: 'here',
      feeds: {
        isAttached: (group, userId) => this.host.isAttached(group, userId),
        liveDevices: (group) => this.host.liveDevices(group),
      },
    });
    const probe = new MessageProbe({ clock, wallMs: () => 0 });
    this.host = new FeedHost({ engine, fanOut, clock, logger, presence, probe });
    presence.start();
    this.host.start();
  }

  get head(): LogHead {
    return {
      epoch: this.#epoch,
      seq: this.entries.length,
      past: this.#past,
      oldestSeq: this.#trimmedSeq + 1,
      isDeleted: false,
      ...this.#membersVersion,
    };
  }

  get #membersVersion(): { readonly membersVersion?: number } {
    return this.#version === null ? {} : { membersVersion: this.#version };
  }

  /** From now on joins and leaves by `move` are no entries. */
  beginCounting(): void {
    this.#version ??= 1;
  }

  /** A join or leave that is no entry. */
  move(type: 'joined' | 'left', userId: UserId, fate: Fate, isNudgeLost = false): void {
    const { epoch, seq } = this.head;
    const version = (this.#version ?? 1) + 1;
    this.#version = version;
    this.unlisted.push({ type, userId, afterSeq: seq });
    this.#fold(userId, type, seq + 1);
    const timestamp = '2025-01-01T00:00:00.000Z';
    const event = { group_id: groupId, type, user_id: userId, epoch, seq, timestamp } as const;
    const change = { event, version, membersCount: this.members.size };
    const arrivals = fate === 'is lost' ? 0 : fate === 'arrives' ? 1 : 2;
    for (let i = 0; i < arrivals; i += 1) this.#later(() => this.#listener?.onUnlisted(groupId, change));
    if (isNudgeLost || type === 'left') return;
    const shared = { group_id: groupId, status: 'active' as const, roles: ['member' as const], type };
    const membership = { ...shared, unlisted: true as const };
    this.#later(() => this.#nudged({ userId, groupId, seq, membership }));
  }

  /** @param isOwn this node has appended it: the answer arrives too, at any moment before or after the entry */
  message(fate: Fate, isOwn = false): void {
    const entry: LogEntry = { type: 'message', ...this.#place(), wire: Buffer.alloc(0) };
    this.#append(entry, fate);
    if (isOwn) this.#later(() => this.#listener?.onOwnEntry(groupId, entry));
  }

  /** An ephemeral message, sent now; its text names those who may get it. */
  ephemeral(): void {
    const isReceiver = ([, { status }]: [UserId, MemberRecord]) => status !== 'pending';
    const receivers = [...this.members].filter(isReceiver).map(([userId]) => userId);
    const { epoch, seq: after_seq } = this.head;
    const payload = {
      ...{ group_id: groupId, request_id: 'r', from_user_id: user('u1'), epoch, after_seq },
      ...{ message: receivers.join(' '), timestamp: '2025-01-01T00:00:00.000Z' },
    };
    const push = { event: 'ephemeral_message' as const, payload, ...this.#membersVersion };
    this.#later(() => this.#listener?.onEphemeral(groupId, push));
  }

  /** Applies a membership change to the truth and appends its entry. */
  change(type: GroupEvent['type'], userId: UserId, fate: Fate, isNudgeLost = false): void {
    const place = this.#place();
    const event: GroupEvent = {
      group_id: groupId,
      type,
      user_id: userId,
      ...place,
      timestamp: '2025-01-01T00:00:00.000Z',
    };
    this.#fold(userId, type, place.seq);
    this.#append({ type: 'event', ...place, event, wire: Buffer.alloc(0) }, fate);
    if (isNudgeLost || !this.members.has(userId)) return;
    const membership = { group_id: groupId, status: 'active' as const, roles: ['member' as const], type };
    this.#later(() => this.#nudged({ userId, groupId, seq: place.seq, membership }));
  }

  /** The service adds and removes several users by one entry. */
  changeMany(members: readonly ChangedMember[], fate: Fate, areNudgesLost = false): void {
    const place = this.#place();
    const timestamp = '2025-01-01T00:00:00.000Z';
    const many = {
      group_id: groupId,
      type: 'members_changed',
      user_id: SERVICE,
      ...place,
      timestamp,
    } as const;
    const event: GroupEvent = { ...many, members: [...members] };
    this.#foldEvent(event);
    this.#append({ type: 'event', ...place, event, wire: Buffer.alloc(0) }, fate);
    if (areNudgesLost) return;
    for (const { user_id: userId, status } of members) {
      if (status === 'none') continue;
      const type: GroupEvent['type'] = status === 'pending' ? 'requested' : 'joined';
      const membership = { group_id: groupId, status, roles: ['member' as const], type };
      this.#later(() => this.#nudged({ userId, groupId, seq: place.seq, membership }));
    }
  }

  /** A clean failover: seq continues under a new epoch. */
  startEpoch(): void {
    this.#past = [...this.#past, { epoch: this.#epoch, endSeq: this.entries.length }].slice(-8);
    this.#epoch = this.#newEpoch();
  }

  /** Loses the log completely; it begins again with the same members. */
  startOver(): void {
    const members = [...this.members.keys()];
    this.members.clear();
    this.entries.length = 0;
    this.unlisted.length = 0;
    if (this.#version !== null) this.#version = 1;
    this.#past = [];
    this.#trimmedSeq = 0;
    this.#epoch = this.#newEpoch();
    for (const userId of members) this.change('joined', userId, 'is lost', true);
  }

  /** A failover to a replica that lacks the last entries: their seqs are used again, under a new epoch. */
  loseTail(count: number): void {
    const keptSeq = Math.max(this.#trimmedSeq, this.entries.length - count, Math.min(1, this.entries.length));
    this.entries.length = keptSeq;
    this.#epoch = this.entries.at(-1)?.epoch ?? this.#epoch;
    this.#past = this.#past.filter(({ epoch, endSeq }) => epoch !== this.#epoch && endSeq <= keptSeq);
    this.startEpoch();
    this.members.clear();
    const kept = this.unlisted.filter(({ afterSeq }) => afterSeq < keptSeq);
    this.unlisted.splice(0, this.unlisted.length, ...kept);
    if (this.#version !== null) this.#version = kept.length + 1;
    for (const entry of this.entries) {
      if (entry.type === 'event') this.#foldEvent(entry.event);
      for (const { afterSeq, type, userId } of kept)
        if (afterSeq === entry.seq) this.#fold(userId, type, afterSeq + 1);
    }
  }

  #foldEvent({ type, user_id, seq, members }: GroupEvent): void {
    if (members === undefined) {
      this.#fold(user(user_id), type, seq);
      return;
    }
    for (const { user_id: userId, status } of members) {
      this.#fold(userId, status === 'none' ? 'left' : status === 'pending' ? 'requested' : 'joined', seq);
      if (status === 'muted') this.#fold(userId, 'muted', seq);
    }
  }

  #fold(userId: UserId, type: GroupEvent['type'], seq: number): void {
    if (removing.has(type)) {
      this.members.delete(userId);
      return;
    }
    const status = type === 'requested' ? 'pending' : type === 'muted' ? 'muted' : 'active';
    const keepsRange = type === 'muted' || type === 'unmuted';
    const sinceSeq = keepsRange ? (this.members.get(userId)?.sinceSeq ?? seq) : seq;
    this.members.set(userId, { status, roles: ['member'], joinedAtMs: 0, sinceSeq, mutedUntilMs: null });
  }

  trim(): void {
    this.#trimmedSeq = Math.max(0, this.entries.length - 2);
  }

  /** Nothing is in progress, and a sweep has compared everything. */
  async settle(): Promise<void> {
    await this.rest();
    this.host.onAuditNeeded();
    await this.rest();
  }

  /** So many things happen that are in progress. */
  async turn(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#scheduler.count() > 0) await this.#scheduler.waitNext(1);
    }
  }

  /** Nothing is in progress. */
  async rest(): Promise<void> {
    let turns = 0;
    for (let idleTurns = 0; idleTurns < 5; idleTurns += 1) {
      turns += 1;
      if (turns > 2000) throw new Error('the node never comes to rest');
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#scheduler.count() > 0) {
        idleTurns = 0;
        await this.#scheduler.waitNext(this.#scheduler.count());
      }
    }
  }

  #newEpoch(): string {
    this.#epochs += 1;
    return `e${this.#epochs}`;
  }

  #place() {
    return { epoch: this.#epoch, seq: this.entries.length + 1 };
  }

  #append(appended: LogEntry, fate: Fate): void {
    const version = this.#version;
    const members = version === null ? {} : { members: { version, count: this.members.size } };
    const entry = { ...appended, ...members };
    this.entries.push(entry);
    const arrivals = fate === 'is lost' ? 0 : fate === 'arrives' ? 1 : 2;
    for (let i = 0; i < arrivals; i += 1) this.#later(() => this.#arrive(entry));
  }

  #arrive(entry: LogEntry): void {
    if (this.#listener?.takeOwnPublish(groupId, entry.epoch, entry.seq) === true) return;
    this.#listener?.onEntry(groupId, entry);
  }

  #later(task: () => void): void {
    this.#scheduler
      .schedule(Promise.resolve())
      .then(task)
      .catch(() => undefined);
  }

  /** A read happens at one moment and its answer arrives at a later one. */
  async #read<T>(take: () => T): Promise<T> {
    await this.#scheduler.schedule(Promise.resolve());
    const taken = take();
    await this.#scheduler.schedule(Promise.resolve());
    return taken;
  }

  #range(afterSeq: number, limit: number): LogRange {
    const from = Math.max(afterSeq, this.#trimmedSeq);
    return { head: this.head, entries: this.entries.slice(from, from + limit) };
  }

  #position(userId: UserId | null): Position {
    return {
      groupType: 'public',
      settings: defaultGroupSettings,
      head: this.head,
      member: userId === null ? null : (this.members.get(userId) ?? null),
      isBanned: false,
      bannedUntilMs: null,
      slowedUntilMs: null,
      invite: null,
    };
  }

  #engine(): Engine {
    return {
      name: 'memory',
      roomChannels: null,
      rooms: numberedTags,
      dataVersion: null,
      health: unused,
      agreeOn: unused,
      wallMs: Date.now,
      close: async () => {},
      ...unusedPorts,
      presence: idlePresence,
      nudges: {
        send: () => {},
        cut: () => {},
        onCut: () => {},
        note: () => {},
        onNote: () => {},
        listen: (listener) => {
          this.#nudged = listener;
        },
        watch: () => this.#read(() => undefined),
        unwatch: () => {},
      },
      feeds: {
        listen: (listener) => {
          this.#listener = listener;
        },
        open: () => this.#read(() => undefined),
        close: async () => {},
      },
      log: {
        appendWith: () => undefined,
        append: unused,
        sendEphemeral: unused,
        admit: unused,
        before: unused,
        after: (_, afterSeq, limit) => this.#read(() => this.#range(afterSeq, limit)),
        heads: (groupIds) => this.#read(() => new Map(groupIds.map((id) => [id, this.head]))),
      },
      groups: {
        change: unused,
        changeMembers: unused,
        admit: unused,
        group: unused,
        members: unused,
        list: unused,
        bans: unused,
        invites: unused,
        activity: unused,
        membershipsIn: (userId) => this.#read(() => membershipsOf(this, userId)),
        standings: (_, wanted) => this.#read(() => standingsOf(this, wanted)),
        groupIdsOf: (userId) => this.#read(() => pageOf(this.members.has(userId) ? [groupId] : [])),
        position: (_, userId) => this.#read(() => this.#position(userId)),
        links: unused,
        linked: unused,
        memberships: (userId) => this.#read(() => pageOf(membershipsOf(this, userId))),
      },
    };
  }
}
