/** A feed connected to the engine: its channel subscription, its reads, and the effects of its state machine. */
import {
  type Actor,
  type Failure,
  type GroupId,
  type PushEvent,
  type PushPayload,
  type ResyncReason,
  SERVICE,
  type Subscription,
  type UserId,
} from '@plenum/protocol';
import { retryWhile } from '../concurrency/retry.ts';
import { bannedFailure, tickOf } from '../groups/records.ts';
import type { LogEntry } from '../log/entry.ts';
import { type FeedPosition, lowerBoundFor } from '../log/epoch-chain.ts';
import { fail, type Outcome, PlenumError, succeed } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device, FanOut, Recipients } from '../ports/devices.ts';
import type { Engine } from '../ports/engine.ts';
import type { PresencePush } from '../ports/presence.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { emitTelemetry, telemetryChannel } from '../telemetry/events.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import { tracedIn } from '../telemetry/traced-entries.ts';
import { isTraced, trace } from '../telemetry/traced-work.ts';
import type { CatchUpQueue } from './catch-up.ts';
import { CatchUpReads } from './catch-up-reads.ts';
import type { Devices } from './devices.ts';
import { Feed } from './feed.ts';
import type { FeedCounters, FeedSink } from './feed-sink.ts';
import type { KnownMember } from './known-members.ts';
import { MembersCounts } from './members-counts.ts';
import type { RecentBytes } from './recent-entries.ts';
import type { StartFrom } from './resume.ts';
import { type Reading, SharedStandings, type StandingAt } from './shared-standings.ts';
import { verifyMember } from './verifying.ts';

const pageSize = 100;
/** How long what was read for one device serves those that come back after it, ms: longer than a node's clients need. */
const sharedForMs = 10_000;
/** Time for the publishes of earlier entries, ms. They are on their way when an own append is answered. */
const publishesDueMs = 200;
const broadcasts = telemetryChannel('broadcast');

/** Presence, as the feeds of this node report to it. */
export interface PresenceWatch {
  /**
   * A device of the user was attached or detached.
   * @param isEnd the membership or the log ended: the store may already have removed the user from the online users
   */
  onMoved(groupId: GroupId, userId: UserId, isEnd: boolean): void;
  /** A presence or typing push from the group's channel, for the devices that are attached here. */
  onEphemeral(groupId: GroupId, push: PresencePush): void;
}

/** Shared by all feeds of a node. */
export interface FeedDeps {
  readonly engine: Engine;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly devices: Devices;
  readonly catchUpQueue: CatchUpQueue;
  readonly recentBytes: RecentBytes;
  readonly counters: FeedCounters;
  readonly presence: PresenceWatch;
  readonly probe: MessageProbe;
}

/** Chooses where a device starts, given the member's record; null is the service. */
export type ChooseStart = (member: KnownMember | null) => StartFrom;

export class HostedFeed implements FeedSink {
  readonly feed: Feed;
  readonly #deps: FeedDeps;
  readonly #counts: MembersCounts;
  readonly #standings: SharedStandings;
  readonly #catchUps: CatchUpReads;
  #opening: Promise<void> | null = null;
  #isClosed = false;
  #isReadingHead = false;
  #cancelLook = () => {};
  /** Null: nothing is kept for other devices. */
  #cancelForget: (() => void) | null = null;
  /** Reads in progress: the feed stays open for them. */
  #readings = 0;
  /**
   * When a sweep first found no user here, on the monotonic clock. A later sweep that still finds none closes the
   * feed.
   */
  idleSinceMs: number | null = null;

  constructor(groupId: GroupId, deps: FeedDeps) {
    this.#deps = deps;
    this.feed = new Feed(groupId, this, deps.counters, deps.recentBytes);
    const onKept = () => this.#forgetLater();
    this.#standings = new SharedStandings(this.feed, deps.engine.groups, onKept);
    this.#catchUps = new CatchUpReads(this.feed, { log: deps.engine.log, clock: deps.clock, onKept });
    this.#counts = new MembersCounts(deps.clock, (members_count) => {
      const push = { event: 'members_count', payload: { group_id: groupId, members_count } } as const;
      const to = [...this.feed.attachments.live];
      if (to.length > 0) deps.fanOut.deliverVolatile(groupId, to, [push]);
    });
  }

  get groupId(): GroupId {
    return this.feed.groupId;
  }
  get isIdle(): boolean {
    return this.#readings === 0 && this.feed.members.size === 0 && !this.feed.attachments.isAny;
  }

  /** Resolves when the subscription exists. Rejects on a failure; may be called again then. */
  async open(): Promise<void> {
    this.#opening ??= this.#deps.engine.feeds.open(this.groupId);
    try {
      await this.#opening;
    } catch (cause) {
      this.#opening = null;
      throw cause;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook();
    this.forgetShared();
    this.#counts.stop();
    const warn = this.#logs('could not close a feed');
    this.#deps.engine.feeds.close(this.groupId).catch(warn);
  }

  /** What was read for one device serves no other one from now on: pub/sub may have lost what makes it out of date. */
  forgetShared(): void {
    this.#cancelForget?.();
    this.#cancelForget = null;
    this.#standings.forget();
    this.feed.recent.drop();
  }

  #forgetLater(): void {
    this.#cancelForget?.();
    this.#cancelForget = this.#deps.clock.after(sharedForMs, () => this.forgetShared());
  }

  /**
   * Opens the feed first and reads head and record then, so no entry falls between the two. @param claim the position at which a
   * device comes back: it shares what was read for others, as long as that is not older than the position
   */
  async read(userId: Actor, claim: ClaimedPosition | null = null): Promise<Reading> {
    this.#readings += 1;
    try {
      await this.open();
      for (;;) {
        const reading = await (userId === SERVICE ? this.#readHead() : this.#standings.read(userId, claim));
        const { position } = reading;
        const isSameEpoch = position !== null && position.head.epoch === this.feed.epoch;
        if (!isSameEpoch || this.feed.members.canCorrect(tickOf(position.head))) return reading;
      }
    } finally {
      this.#readings -= 1;
    }
  }

  async #readHead(): Promise<Reading> {
    const known = this.feed.position;
    const position = await this.#deps.engine.groups.position(this.groupId, null);
    return { position, knownSeq: position === null ? 0 : lowerBoundFor(position.head, known) };
  }

  /**
   * Applies what was read about a user. Synchronous, like `attach`. @returns the member, or why the user may not
   * receive
   */
  note(userId: Actor, { position, knownSeq, isKept }: Reading): Outcome<KnownMember | null> {
    this.#deps.devices.noteGroup(userId, this.groupId);
    if (position === null) {
      this.feed.onGone();
      return fail({ code: 'group_not_found' });
    }
    if (isKept !== true) this.feed.onHead(position.head, knownSeq);
    if (position.head.isDeleted) return fail({ code: 'group_not_found' });
    if (userId === SERVICE) return succeed(null);
    if (!this.feed.isOnChain(position.head) || !this.feed.members.canCorrect(tickOf(position.head))) {
      return fail({ code: 'unavailable' });
    }
    const member = this.feed.members.note(userId, position.member, tickOf(position.head));
    // The last device may have disconnected during the read; nothing else would remove this record.
    if (this.#deps.devices.of(userId).size === 0) this.feed.members.forget(userId);
    const refusal = refusalOf(position, member);
    return refusal === null ? succeed(member) : fail(refusal);
  }

  /** Pauses the device. Resolves when everything that was delivered to it before has been written. */
  async pause(device: Device): Promise<void> {
    this.feed.pause(device);
    await this.#deps.fanOut.written(this.groupId);
  }

  attach(device: Device, reading: Reading, choose: ChooseStart): Outcome<Subscription> {
    if (this.#isClosed) return fail({ code: 'unavailable' });
    const noted = this.note(device.userId, reading);
    if (!noted.ok) return noted;
    if (reading.position === null) return fail({ code: 'group_not_found' });
    if (!this.#deps.devices.has(device)) return fail({ code: 'unavailable' });
    const { head } = reading.position;
    return succeed(this.feed.attach(device, choose(noted.result), head, noted.result?.sinceSeq ?? 0));
  }

  /** The position of an attached device; null: it is not attached. */
  subscriptionOf(device: Device): Subscription | null {
    const { epoch, seq } = this.feed.position;
    const nextSeq = this.feed.attachments.nextSeqOf(device, seq);
    if (nextSeq === null || epoch === null) return null;
    const head_seq = Math.max(seq, nextSeq - 1);
    return { group_id: this.groupId, recovered: false, epoch, head_seq, from_seq: nextSeq };
  }

  deliver(to: Recipients, entries: readonly LogEntry[]): void {
    this.#deps.fanOut.deliver(this.groupId, to, entries);
    if (this.#deps.probe.isArmed) this.#showHandedOver(to, entries);
    if (isTraced('fan_out')) this.#showTraced(to, entries);
    if (!broadcasts.hasSubscribers) return;
    const devices = 'size' in to ? to.size : to.length;
    emitTelemetry('broadcast', { groupId: this.groupId, entries: entries.length, devices });
  }
  #showHandedOver(to: Recipients, entries: readonly LogEntry[]): void {
    const { probe, fanOut } = this.#deps;
    probe.handedOver(this.groupId, { entries, to }, (act) => fanOut.whenWritten(this.groupId, act));
  }
  #showTraced(to: Recipients, entries: readonly LogEntry[]): void {
    const traced = tracedIn(this.groupId, entries);
    if (traced.length === 0) return;
    const about = { groupId: this.groupId, devices: 'size' in to ? to.size : to.length, traced };
    void trace('fan_out', about, () => this.#deps.fanOut.written(this.groupId));
  }
  seal(): void {
    this.#deps.fanOut.seal(this.groupId);
  }
  moved({ userId }: Device, isEnd: boolean): void {
    if (userId !== SERVICE) this.#deps.presence.onMoved(this.groupId, userId, isEnd);
  }
  push<E extends PushEvent>(to: Device, event: E, payload: PushPayload<E>): void {
    this.#deps.fanOut.push(this.groupId, to, event, payload);
  }
  devicesOf(userId: string): Iterable<Device> {
    if (userId === SERVICE) return [];
    this.#deps.devices.noteGroup(userId, this.groupId);
    return this.#deps.devices.of(userId);
  }
  hasPendingJoin(device: Device): boolean {
    return this.#deps.devices.hasPendingJoin(device, this.groupId);
  }
  deferPush(device: Device, from: FeedPosition): boolean {
    return this.#deps.devices.deferPush(device, this.groupId, from);
  }
  markPushed(device: Device): void {
    this.#deps.devices.markPushed(device, this.groupId);
  }

  readGap(afterSeq: number): void {
    this.#persist('could not read a gap; will retry', async () => {
      this.feed.onGapRead(await this.#deps.engine.log.after(this.groupId, afterSeq, pageSize));
    });
  }

  lookForMissing(): void {
    this.#cancelLook = this.#deps.clock.after(publishesDueMs, () => this.feed.onLookForMissing());
  }

  readHead(): void {
    if (this.#isReadingHead) return;
    this.#isReadingHead = true;
    this.#persist('could not read a head; will retry', async () => {
      const reading = await this.read(SERVICE);
      this.#isReadingHead = false;
      this.note(SERVICE, reading);
    });
  }

  readCatchUp(device: Device, afterSeq: number): void {
    this.#persist('could not read for a catch-up; will retry', () =>
      this.#deps.catchUpQueue.take(device, () => this.#catchUps.catchUp(device, afterSeq)),
    );
  }

  verifyAgain(devices: readonly Device[], reason: ResyncReason): void {
    for (const device of devices) {
      this.#persist('could not verify a device; will retry', async () => {
        const { lost } = this.feed.attachments;
        // Else it is gone, or was attached meanwhile by a push or an answer that says what has become of its position.
        if (!this.#deps.devices.has(device) || !lost.isUnannounced(device)) return;
        const reading = await this.read(device.userId);
        if (!lost.isUnannounced(device)) return;
        const outcome = this.attach(device, reading, () => 'now');
        if (!outcome.ok && outcome.failure.code === 'unavailable') throw new PlenumError(outcome.failure);
        lost.forget(device);
        this.push(device, 'resync', {
          group_id: this.groupId,
          reason: outcome.ok ? (outcome.result.reason ?? reason) : 'not_a_member',
          epoch: outcome.ok ? outcome.result.epoch : null,
          head_seq: outcome.ok ? outcome.result.head_seq : 0,
          oldest_seq: outcome.ok ? (reading.position?.head.oldestSeq ?? 0) : 0,
        });
      });
    }
  }

  verifyMembers(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.#persist('could not verify a member; will retry', () =>
        verifyMember(this, userId as UserId, this.#deps.devices),
      );
    }
  }

  countMembers(count: number): void {
    this.#counts.note(count);
  }

  /** Repeats an effect until the engine answers; `work` itself checks whether it is still wanted. */
  #persist(what: string, work: () => Promise<void>): void {
    this.#readings += 1;
    const onFailure = this.#logs(what);
    const { clock } = this.#deps;
    retryWhile(work, { clock, isWanted: () => !this.#isClosed, onFailure }).then(() => {
      this.#readings -= 1;
    }, onFailure);
  }

  #logs(what: string): (err: unknown) => void {
    return (err) => this.#deps.logger.warn({ group: this.groupId, err }, what);
  }
}

function refusalOf(position: StandingAt, member: KnownMember | null): Failure | null {
  if (position.isBanned) return bannedFailure(position.bannedUntilMs);
  if (member === null) return { code: 'not_a_member' };
  return member.status === 'pending' ? { code: 'pending_membership' } : null;
}
