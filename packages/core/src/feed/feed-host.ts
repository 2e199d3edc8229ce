/**
 * The feeds of this node: one for each group in which a user with a device here is a member or an applicant. Connects
 * and disconnects devices; nudges and the sweep attach what is missing; an audit finds entries that were lost without
 * a gap.
 */
import { type GroupId, SERVICE, type Subscription, type UserId } from '@plenum/protocol';
import type { AuthGuard } from '../adapters/guards.ts';
import { retryWhile } from '../concurrency/retry.ts';
import type { LogEntry } from '../log/entry.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device, DeviceHub } from '../ports/devices.ts';
import type { EphemeralPush } from '../ports/presence.ts';
import type { FeedListener, Nudge, UnlistedChange } from '../ports/pubsub.ts';
import { Attaching, AttachPermission, type JoinedAt, pushNotAMember } from './attaching.ts';
import { CatchUpQueue } from './catch-up.ts';
import { Devices } from './devices.ts';
import { pushEphemeral } from './ephemeral-messages.ts';
import { FeedCounters } from './feed-sink.ts';
import { type FeedDeps, HostedFeed } from './hosted-feed.ts';
import { isInvite } from './known-members.ts';
import { NudgedInvites } from './nudged-invites.ts';
import { RecentBytes } from './recent-entries.ts';
import { Subscribing } from './subscribing.ts';
import { Sweep } from './sweep.ts';

export interface FeedHostDeps
  extends Pick<FeedDeps, 'engine' | 'fanOut' | 'clock' | 'logger' | 'presence' | 'probe'> {
  /** Null or absent: only the rules of the group decide who is attached. */
  readonly auth?: AuthGuard | null;
}

export class FeedHost implements DeviceHub, FeedListener {
  readonly counters = new FeedCounters();
  readonly devices = new Devices();
  readonly #deps: FeedDeps;
  readonly #feeds = new Map<GroupId, HostedFeed>();
  readonly #sweep: Sweep;
  readonly #attaching: Attaching;
  readonly #subscribing: Subscribing;
  readonly #nudgedInvites: NudgedInvites;
  #isStopped = false;

  constructor(deps: FeedHostDeps) {
    const { devices, counters } = this;
    const recentBytes = new RecentBytes();
    this.#deps = { ...deps, devices, counters, catchUpQueue: new CatchUpQueue(), recentBytes };
    const permission = new AttachPermission(deps.auth ?? null, deps.engine.groups);
    const feeds = this.#feeds;
    const host = (groupId: GroupId) => this.#hosted(groupId);
    this.#attaching = new Attaching({
      groups: deps.engine.groups,
      clock: deps.clock,
      devices,
      permission,
      feeds,
      host,
      isStopped: () => this.#isStopped,
    });
    this.#sweep = new Sweep(this.#deps, this.#feeds, (userId) => this.#attaching.attachMissing(userId));
    this.#subscribing = new Subscribing({
      devices,
      permission,
      feeds,
      host,
      fanOut: deps.fanOut,
      onFailure: () => this.#sweep.soon(),
    });
    this.#nudgedInvites = new NudgedInvites(deps.clock);
    deps.engine.feeds.listen(this);
    deps.engine.nudges.listen((nudge) => this.#onNudge(nudge));
    deps.engine.nudges.onNote(({ userId, exceptDeviceId, event, push }) => {
      for (const device of devices.of(userId)) if (device.id !== exceptDeviceId) device.push(event, push);
    });
  }

  /** Feeds that are open on this node. */
  get size(): number {
    return this.#feeds.size;
  }

  /** True if any device of the user is attached to the group on this node. */
  isAttached(groupId: GroupId, userId: UserId): boolean {
    const attachments = this.#feeds.get(groupId)?.feed.attachments;
    return (
      attachments !== undefined && [...this.devices.of(userId)].some((device) => attachments.has(device))
    );
  }

  /** How many groups the device is attached to. */
  readonly groupCount = (device: Device): number =>
    [...this.devices.groupsOf(device.userId)].filter((groupId) =>
      this.#feeds.get(groupId)?.feed.attachments.has(device),
    ).length;

  /** Devices that have every entry that this node has applied. */
  liveDevices(groupId: GroupId): Iterable<Device> {
    return this.#feeds.get(groupId)?.feed.attachments.live ?? [];
  }

  async connect(device: Device, positions: readonly ClaimedPosition[], onTrouble = () => {}): Promise<void> {
    this.devices.add(device);
    const { userId } = device;
    if (userId === SERVICE) return;
    const claims = new Map(positions.map((position) => [position.groupId, position]));
    let cursor: string | null = null;
    let isDone = false;
    await this.#persist(
      () => !isDone && this.devices.has(device),
      async () => {
        await this.#deps.engine.nudges.watch(userId);
        do {
          cursor = await this.#attaching.attachPage(device, userId, { cursor, claims });
        } while (cursor !== null);
        isDone = true;
      },
      onTrouble,
    );
    this.devices.finishAttach(device);
    for (const groupId of claims.keys()) {
      if (this.#feeds.get(groupId)?.feed.attachments.has(device)) continue;
      pushNotAMember(device, groupId);
    }
  }

  disconnect(device: Device): void {
    if (!this.devices.has(device)) return;
    const { userId } = device;
    const groupIds = [...this.devices.groupsOf(userId)];
    const wasLast = this.devices.remove(device);
    for (const groupId of groupIds) {
      const feed = this.#feeds.get(groupId)?.feed;
      feed?.detach(device);
      if (wasLast) feed?.members.forget(userId);
    }
    if (!wasLast || userId === SERVICE) return;
    this.#nudgedInvites.forget(userId);
    this.#deps.engine.nudges.unwatch(userId);
  }

  /** Attaches a device at the positions that it asks for; they replace the ones where it is attached. */
  subscribe(
    device: Device,
    positions: readonly ClaimedPosition[],
  ): Promise<readonly Outcome<Subscription>[]> {
    return this.#subscribing.subscribe(device, positions);
  }

  unsubscribe(device: Device, groupIds: readonly GroupId[]): Promise<void> {
    return this.#subscribing.unsubscribe(device, groupIds);
  }

  /** See {@link Attaching.attachJoined}. */
  attachJoined(device: Device, groupId: GroupId, joined: JoinedAt): Promise<void> {
    return this.#attaching.attachJoined(device, groupId, joined);
  }

  /** See {@link Attaching.correctAfterAnswer}. */
  correctAfterAnswer(device: Device, groupId: GroupId, answered: FeedPosition | null): void {
    this.#attaching.correctAfterAnswer(device, groupId, answered);
  }

  onEntry(groupId: GroupId, entry: LogEntry): void {
    this.#feeds.get(groupId)?.feed.onEntry(entry);
  }

  onOwnEntry(groupId: GroupId, entry: LogEntry): void {
    this.#feeds.get(groupId)?.feed.onOwnEntry(entry);
  }

  onUnlisted(groupId: GroupId, change: UnlistedChange): void {
    this.#feeds.get(groupId)?.feed.onUnlisted(change);
  }

  takeOwnPublish(groupId: GroupId, epoch: string, seq: number): boolean {
    return this.#feeds.get(groupId)?.feed.takeOwnPublish(epoch, seq) ?? false;
  }

  onEphemeral(groupId: GroupId, push: EphemeralPush): void {
    if (push.event !== 'ephemeral_message') {
      this.#deps.presence.onEphemeral(groupId, push);
      return;
    }
    const feed = this.#feeds.get(groupId)?.feed;
    if (feed !== undefined) pushEphemeral(push, { feed, fanOut: this.#deps.fanOut });
  }

  onAuditNeeded(): void {
    for (const hosted of this.#feeds.values()) hosted.forgetShared();
    this.#sweep.soon();
  }

  start(): void {
    this.#sweep.start();
  }

  /** Closes every feed. The gateway still closes the sockets. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    this.#sweep.stop();
    for (const hosted of this.#feeds.values()) hosted.close();
    this.#feeds.clear();
  }

  #hosted(groupId: GroupId): HostedFeed {
    const existing = this.#feeds.get(groupId);
    if (existing !== undefined) {
      existing.idleSinceMs = null;
      return existing;
    }
    const hosted = new HostedFeed(groupId, this.#deps);
    this.#feeds.set(groupId, hosted);
    return hosted;
  }

  #onNudge(nudge: Nudge): void {
    const { userId, groupId, seq, membership } = nudge;
    if (this.devices.of(userId).size === 0) return;
    if (isInvite(membership) || membership.type === 'banned' || membership.type === 'deleted') {
      this.#pushToInvited(nudge);
      return;
    }
    let isDone = false;
    this.#persist(
      () => !isDone && this.devices.of(userId).size > 0,
      async () => {
        await this.#attaching.attachLate(userId, groupId, () => true);
        this.#feeds.get(groupId)?.feed.members.pushNudged(userId, seq, membership);
        isDone = true;
      },
    ).catch(() => undefined);
  }

  /** An invited user is no member, so no feed is opened for it. An open feed learns of the change by its entry too. */
  #pushToInvited(nudge: Nudge): void {
    const { userId, groupId, seq, membership } = nudge;
    const feed = this.#feeds.get(groupId)?.feed;
    if (feed !== undefined) {
      feed.members.pushToInvited(userId, seq, membership);
      return;
    }
    if (!this.#nudgedInvites.isNext(nudge)) return;
    for (const device of this.devices.of(userId)) device.push('membership', membership);
  }

  #persist(isWanted: () => boolean, work: () => Promise<void>, onTrouble = () => {}): Promise<void> {
    const { clock, logger } = this.#deps;
    const onFailure = (err: unknown) => {
      onTrouble();
      logger.warn({ err }, 'could not attach devices; will retry');
    };
    return retryWhile(work, { clock, isWanted: () => !this.#isStopped && isWanted(), onFailure });
  }
}
