/**
 * The feeds that this node hosts: those of every group in which one of its local users is a member, applicants included.
 * Devices come and go here, nudges and the sweep bring in what is missing, audits find what was lost without a gap.
 */
import { type GroupId, SERVICE, type Subscription, type UserId } from '@plenum/protocol';
import type { AuthGuard } from '../adapters/guards.ts';
import type { LogEntry } from '../log/entry.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { ClaimedPosition, DeviceHub } from '../ports/device-hub.ts';
import type { Device } from '../ports/fan-out.ts';
import type { FeedListener } from '../ports/feed-transport.ts';
import type { Nudge } from '../ports/nudges.ts';
import type { EphemeralPush } from '../ports/presence.ts';
import { pushNotAMember, throwIfStale } from './attach-outcome.ts';
import { AttachPermission } from './attach-permission.ts';
import { CatchUpQueue } from './catch-up.ts';
import { Devices } from './devices.ts';
import { FeedCounters } from './feed-counters.ts';
import { type ChooseStart, type FeedDeps, HostedFeed } from './hosted-feed.ts';
import { retryWhile } from './retry.ts';
import { Subscribing } from './subscribing.ts';
import { Sweep } from './sweep.ts';

const membershipsPerPage = 100;

export interface FeedHostDeps extends Pick<FeedDeps, 'engine' | 'fanOut' | 'clock' | 'logger' | 'presence'> {
  /** Null or absent: attaching follows the rules of the group alone. */
  readonly auth?: AuthGuard | null;
}

export class FeedHost implements DeviceHub, FeedListener {
  readonly counters = new FeedCounters();
  readonly devices = new Devices();
  readonly #deps: FeedDeps;
  readonly #feeds = new Map<GroupId, HostedFeed>();
  readonly #sweep: Sweep;
  readonly #permission: AttachPermission;
  readonly #subscribing: Subscribing;
  #isStopped = false;

  constructor(deps: FeedHostDeps) {
    this.#permission = new AttachPermission(deps.auth ?? null, deps.engine.groups);
    const { devices, counters } = this;
    this.#deps = { ...deps, devices, counters, catchUpQueue: new CatchUpQueue() };
    this.#sweep = new Sweep(this.#deps, this.#feeds, (userId) => this.#attachMissing(userId));
    this.#subscribing = new Subscribing({
      devices,
      permission: this.#permission,
      feeds: this.#feeds,
      host: (groupId) => this.#hosted(groupId),
      fanOut: deps.fanOut,
      onFailure: () => this.#sweep.soon(),
    });
    deps.engine.feeds.listen(this);
    deps.engine.nudges.listen((nudge) => this.#onNudge(nudge));
    deps.engine.nudges.onRead(({ userId, exceptDeviceId, push }) => {
      for (const device of devices.of(userId)) if (device.id !== exceptDeviceId) device.push('read', push);
    });
  }

  /** Feeds that are open on this node. */
  get size(): number {
    return this.#feeds.size;
  }

  /** Any device of the user is attached to the group on this node. */
  isAttached(groupId: GroupId, userId: UserId): boolean {
    const attachments = this.#feeds.get(groupId)?.feed.attachments;
    return (
      attachments !== undefined && [...this.devices.of(userId)].some((device) => attachments.has(device))
    );
  }

  /** Devices that have everything up to the last entry of the group that this node applied. */
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
          cursor = await this.#attachPage(device, userId, { cursor, claims });
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
    if (wasLast && userId !== SERVICE) this.#deps.engine.nudges.unwatch(userId);
  }

  /** Attaches a device where it asks to be, in place of where it is attached. */
  subscribe(
    device: Device,
    positions: readonly ClaimedPosition[],
  ): Promise<readonly Outcome<Subscription>[]> {
    return this.#subscribing.subscribe(device, positions);
  }

  unsubscribe(device: Device, groupIds: readonly GroupId[]): Promise<void> {
    return this.#subscribing.unsubscribe(device, groupIds);
  }

  /** After the device's own join or create was answered with (epoch, seq): attaches it from there unless it is already. */
  async attachJoined(
    device: Device,
    groupId: GroupId,
    joined: { epoch: string; seq: number },
  ): Promise<void> {
    this.devices.optIn(device, groupId);
    this.devices.noteJoin(device, groupId);
    const hosted = this.#hosted(groupId);
    if (hosted.feed.attachments.has(device)) return;
    const reading = await hosted.read(device.userId);
    // Taking the head in may apply the very entry that attaches the device.
    throwIfStale(hosted.note(device.userId, reading));
    if (hosted.feed.attachments.has(device)) return;
    const choose: ChooseStart = (member) => ({
      groupId,
      epoch: joined.epoch,
      seq: member?.sinceSeq === joined.seq ? joined.seq - 1 : joined.seq,
    });
    const outcome = hosted.attach(device, reading, choose);
    throwIfStale(outcome);
    if (outcome.ok && outcome.result.reason !== undefined) {
      hosted.push(device, 'subscribed', { groups: [outcome.result] });
    }
  }

  /**
   * Tells a device after the answer to its own join, which is written in this turn, what the answer does not say: that its
   * membership was over before it could be attached, or that another device's join has attached it and its own has not.
   * @param answered where it joined by its answer; null: the answer says nothing of the kind.
   */
  correctAfterAnswer(device: Device, groupId: GroupId, answered: FeedPosition | null): void {
    const deferred = this.devices.takeDeferred(device, groupId);
    const isAnswered =
      deferred === null || (deferred.epoch === answered?.epoch && deferred.seq <= answered.seq);
    this.#deps.clock.after(0, () => {
      if (!this.devices.has(device) || this.devices.hasOptedOut(device, groupId)) return;
      const hosted = this.#feeds.get(groupId);
      const subscription = hosted?.subscriptionOf(device) ?? null;
      if (subscription !== null && !isAnswered)
        hosted?.push(device, 'subscribed', { groups: [subscription] });
      if (subscription === null && answered !== null) pushNotAMember(device, groupId);
    });
  }

  onEntry(groupId: GroupId, entry: LogEntry): void {
    this.#feeds.get(groupId)?.feed.onEntry(entry);
  }

  onEphemeral(groupId: GroupId, push: EphemeralPush): void {
    this.#deps.presence.onEphemeral(groupId, push);
  }

  onAuditNeeded(): void {
    this.#sweep.soon();
  }

  start(): void {
    this.#sweep.start();
  }

  /** Closes every feed; devices are left to the edge. Idempotent. */
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

  /** One page of the user's groups: notes each, attaches an auto device, and tells it so in one push. */
  async #attachPage(
    device: Device,
    userId: UserId,
    { cursor, claims }: { cursor: string | null; claims: Map<GroupId, ClaimedPosition> },
  ): Promise<string | null> {
    const page = await this.#deps.engine.groups.memberships(userId, { cursor, limit: membershipsPerPage });
    const prepared = await Promise.all(
      page.rows.map(async ({ groupId }) => {
        const hosted = this.#hosted(groupId);
        const isRefused = device.isAuto && (await this.#permission.isDenied(userId, groupId));
        return { groupId, hosted, isRefused, reading: await hosted.read(userId) };
      }),
    );
    const groups: Subscription[] = [];
    for (const { groupId, hosted, isRefused, reading } of prepared) {
      throwIfStale(hosted.note(userId, reading));
      if (isRefused) continue;
      const isElsewhere = hosted.feed.attachments.has(device) || this.devices.isSubscribing(device, groupId);
      if (!device.isAuto || isElsewhere) {
        claims.delete(groupId);
        continue;
      }
      const start = this.devices.hasJoinedSinceConnect(device, groupId) ? 'since' : 'now';
      const claim = claims.get(groupId) ?? start;
      const outcome = hosted.attach(device, reading, () => claim);
      throwIfStale(outcome);
      if (!outcome.ok) continue;
      claims.delete(groupId);
      groups.push(outcome.result);
    }
    if (groups.length > 0) device.push('subscribed', { groups });
    return page.nextCursor;
  }

  /** Attaches auto devices of a user to groups that they are not attached to, from where the user became a receiver. */
  async #attachMissing(userId: UserId): Promise<void> {
    let cursor: string | null = null;
    do {
      const page = await this.#deps.engine.groups.memberships(userId, {
        cursor,
        limit: membershipsPerPage,
      });
      const isAttached = (device: Device) => this.devices.isAttached(device);
      await Promise.all(page.rows.map((row) => this.#attachLate(userId, row.groupId, isAttached)));
      cursor = page.nextCursor;
    } while (cursor !== null && !this.#isStopped);
  }

  async #attachLate(userId: UserId, groupId: GroupId, isMeant: (device: Device) => boolean): Promise<void> {
    const hosted = this.#hosted(groupId);
    const isMissing = (device: Device) =>
      isMeant(device) &&
      this.devices.wants(device, groupId) &&
      !this.devices.isSubscribing(device, groupId) &&
      !hosted.feed.attachments.has(device);
    const missing = [...this.devices.of(userId)].filter(isMissing);
    if (missing.length === 0 && hosted.feed.members.has(userId)) return;
    const isRefused = missing.length > 0 && (await this.#permission.isDenied(userId, groupId));
    const reading = await hosted.read(userId);
    if (this.devices.of(userId).size === 0) return;
    throwIfStale(hosted.note(userId, reading));
    if (isRefused) return;
    for (const device of missing.filter(isMissing)) {
      const outcome = hosted.attach(device, reading, () => 'since');
      if (!outcome.ok) continue;
      const { epoch, from_seq: seq } = outcome.result;
      const isDeferred =
        this.devices.hasPendingJoin(device, groupId) &&
        this.devices.deferPush(device, groupId, { epoch, seq });
      if (!isDeferred) hosted.push(device, 'subscribed', { groups: [outcome.result] });
    }
  }

  #onNudge({ userId, groupId, seq, membership }: Nudge): void {
    if (this.devices.of(userId).size === 0) return;
    let isDone = false;
    this.#persist(
      () => !isDone && this.devices.of(userId).size > 0,
      async () => {
        await this.#attachLate(userId, groupId, () => true);
        this.#feeds.get(groupId)?.feed.members.pushNudged(userId, seq, membership);
        isDone = true;
      },
    ).catch(() => undefined);
  }

  #persist(isWanted: () => boolean, work: () => Promise<void>, onTrouble = () => {}): Promise<void> {
    const onFailure = (cause: unknown) => {
      onTrouble();
      this.#deps.logger.warn({ err: cause }, 'attaching devices failed; trying again');
    };
    return retryWhile(this.#deps.clock, () => !this.#isStopped && isWanted(), onFailure, work);
  }
}
