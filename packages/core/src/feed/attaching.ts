/** Attaching devices without a `subscribe`: at connect, after a nudge or a sweep, and after their own join. */
import { type Failure, type GroupId, SERVICE, type Subscription, type UserId } from '@plenum/protocol';
import { type AuthGuard, authorize, isDenied } from '../adapters/guards.ts';
import { bannedFailure } from '../groups/records.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import { type Outcome, PlenumError } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device } from '../ports/devices.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Devices } from './devices.ts';
import type { ChooseStart, HostedFeed } from './hosted-feed.ts';

const membershipsPerPage = 100;

/** The entry by which a user joined or created a group, as the answer names it. */
export interface JoinedAt {
  readonly epoch: string;
  readonly seq: number;
}

export interface AttachingDeps {
  readonly groups: Pick<GroupStore, 'memberships'>;
  readonly clock: Clock;
  readonly devices: Devices;
  readonly permission: AttachPermission;
  readonly feeds: ReadonlyMap<GroupId, HostedFeed>;
  /** Opens a feed if there is none. */
  readonly host: (groupId: GroupId) => HostedFeed;
  readonly isStopped: () => boolean;
}

export class Attaching {
  readonly #deps: AttachingDeps;

  constructor(deps: AttachingDeps) {
    this.#deps = deps;
  }

  /** One page of the user's groups: notes each, attaches an auto device, and sends it one push. */
  async attachPage(
    device: Device,
    userId: UserId,
    { cursor, claims }: { cursor: string | null; claims: Map<GroupId, ClaimedPosition> },
  ): Promise<string | null> {
    const page = await this.#deps.groups.memberships(userId, { cursor, limit: membershipsPerPage });
    const prepared = await Promise.all(
      page.rows.map(async ({ groupId }) => {
        const hosted = this.#deps.host(groupId);
        const isRefused = device.isAuto && (await this.#deps.permission.isDenied(userId, groupId));
        return { groupId, hosted, isRefused, reading: await hosted.read(userId) };
      }),
    );
    const groups: Subscription[] = [];
    for (const { groupId, hosted, isRefused, reading } of prepared) {
      throwIfStale(hosted.note(userId, reading));
      if (isRefused) continue;
      const isElsewhere =
        hosted.feed.attachments.has(device) || this.#deps.devices.isSubscribing(device, groupId);
      if (!device.isAuto || isElsewhere) {
        claims.delete(groupId);
        continue;
      }
      const start = this.#deps.devices.hasJoinedSinceConnect(device, groupId) ? 'since' : 'now';
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
  async attachMissing(userId: UserId): Promise<void> {
    let cursor: string | null = null;
    do {
      const page = await this.#deps.groups.memberships(userId, {
        cursor,
        limit: membershipsPerPage,
      });
      const isAttached = (device: Device) => this.#deps.devices.isAttached(device);
      await Promise.all(page.rows.map((row) => this.attachLate(userId, row.groupId, isAttached)));
      cursor = page.nextCursor;
    } while (cursor !== null && !this.#deps.isStopped());
  }

  async attachLate(userId: UserId, groupId: GroupId, isMeant: (device: Device) => boolean): Promise<void> {
    const hosted = this.#deps.host(groupId);
    const isMissing = (device: Device) =>
      isMeant(device) &&
      this.#deps.devices.wants(device, groupId) &&
      !this.#deps.devices.isSubscribing(device, groupId) &&
      !hosted.feed.attachments.has(device);
    const missing = [...this.#deps.devices.of(userId)].filter(isMissing);
    if (missing.length === 0 && hosted.feed.members.has(userId)) return;
    const isRefused = missing.length > 0 && (await this.#deps.permission.isDenied(userId, groupId));
    const reading = await hosted.read(userId);
    if (this.#deps.devices.of(userId).size === 0) return;
    throwIfStale(hosted.note(userId, reading));
    if (isRefused) return;
    for (const device of missing.filter(isMissing)) {
      const outcome = hosted.attach(device, reading, () => 'since');
      if (!outcome.ok) continue;
      const { epoch, from_seq: seq } = outcome.result;
      const isDeferred =
        this.#deps.devices.hasPendingJoin(device, groupId) &&
        this.#deps.devices.deferPush(device, groupId, { epoch, seq });
      if (!isDeferred) hosted.push(device, 'subscribed', { groups: [outcome.result] });
    }
  }

  /** After the device's own join or create was answered with (epoch, seq): attaches it from there unless it is already. */
  async attachJoined(device: Device, groupId: GroupId, joined: JoinedAt): Promise<void> {
    this.#deps.devices.optIn(device, groupId);
    this.#deps.devices.noteJoin(device, groupId);
    const hosted = this.#deps.host(groupId);
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
   * Pushes to a device, after the answer to its own join, which is written in this tick, what the answer lacks: that its
   * membership was over before it could be attached, or that another device's join has attached it and its own has not.
   * @param answered where it joined by its answer; null: the answer says nothing of the kind.
   */
  correctAfterAnswer(device: Device, groupId: GroupId, answered: FeedPosition | null): void {
    const deferred = this.#deps.devices.takeDeferred(device, groupId);
    const isAnswered =
      deferred === null || (deferred.epoch === answered?.epoch && deferred.seq <= answered.seq);
    this.#deps.clock.after(0, () => {
      if (!this.#deps.devices.has(device) || this.#deps.devices.hasOptedOut(device, groupId)) return;
      const hosted = this.#deps.feeds.get(groupId);
      const subscription = hosted?.subscriptionOf(device) ?? null;
      if (subscription !== null && !isAnswered)
        hosted?.push(device, 'subscribed', { groups: [subscription] });
      if (subscription === null && answered !== null) pushNotAMember(device, groupId);
    });
  }
}

/** The log changed after it was read: throws, so that the retry reads it again. */
function throwIfStale(outcome: Outcome<unknown>): void {
  if (!outcome.ok && outcome.failure.code === 'unavailable') throw new PlenumError(outcome.failure);
}

export function pushNotAMember(device: Device, groupId: GroupId): void {
  device.push('resync', {
    group_id: groupId,
    reason: 'not_a_member',
    epoch: null,
    head_seq: 0,
    oldest_seq: 0,
  });
}

/** Asked whenever a device is to be attached, but for the attach that follows from its user's own join. */
export class AttachPermission {
  readonly #auth: AuthGuard | null;
  readonly #groups: Pick<GroupStore, 'position'>;

  constructor(auth: AuthGuard | null, groups: Pick<GroupStore, 'position'>) {
    this.#auth = auth;
    this.#groups = groups;
  }

  /** @throws PlenumError when there is no answer */
  isDenied(actor: UserId, groupId: GroupId): Promise<boolean> {
    return isDenied(this.#auth, { actor, groupId, action: 'subscribe' });
  }

  /** Why a group may not be asked for. Where it is not hosted here, a stranger's request opens no feed. */
  async refusal({ userId }: Device, groupId: GroupId, isHosted: () => boolean): Promise<Failure | null> {
    const denied = await authorize(this.#auth, { actor: userId, groupId, action: 'subscribe' });
    if (denied !== null || isHosted()) return denied;
    const position = await this.#groups.position(groupId, userId === SERVICE ? null : userId);
    if (position === null || position.head.isDeleted) return { code: 'group_not_found' };
    if (userId === SERVICE) return null;
    if (position.isBanned) return bannedFailure(position.bannedUntilMs);
    return position.member === null ? { code: 'not_a_member' } : null;
  }
}
