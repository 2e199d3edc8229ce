/** Attaches devices without a `subscribe`: at connect, after a nudge or a sweep, and after their own join. */
import { type Failure, type GroupId, SERVICE, type Subscription, type UserId } from '@plenum/protocol';
import { type AuthGuard, authorize, isDenied } from '../adapters/guards.ts';
import { bannedFailure, type Membership } from '../groups/records.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import { type Outcome, PlenumError } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device } from '../ports/devices.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Devices } from './devices.ts';
import type { ChooseStart, HostedFeed } from './hosted-feed.ts';
import type { KnownMember } from './known-members.ts';

const membershipsPerPage = 100;

/** The entry by which a user joined or created a group, as the answer to that request names it. */
export interface JoinedAt {
  readonly epoch: string;
  readonly seq: number;
}

export interface AttachingDeps {
  readonly groups: Pick<GroupStore, 'memberships' | 'membershipsIn' | 'groupIdsOf'>;
  readonly clock: Clock;
  readonly devices: Devices;
  readonly permission: AttachPermission;
  readonly feeds: ReadonlyMap<GroupId, HostedFeed>;
  /** Opens a feed if there is none. */
  readonly host: (groupId: GroupId) => HostedFeed;
  readonly isStopped: () => boolean;
}

interface Wanted {
  readonly userId: UserId;
  readonly groupId: GroupId;
  /** Null: the client named no position. */
  readonly claim: ClaimedPosition | null;
}

export class Attaching {
  readonly #deps: AttachingDeps;

  constructor(deps: AttachingDeps) {
    this.#deps = deps;
  }

  /**
   * Handles one page of the user's groups: records the user as a member of each feed, attaches an `auto` device, and
   * sends one `subscribed` push for the page. @returns the next cursor; null after the last page
   */
  async attachPage(
    device: Device,
    userId: UserId,
    { cursor, claims }: { cursor: string | null; claims: Map<GroupId, ClaimedPosition> },
  ): Promise<string | null> {
    const page = await this.#deps.groups.groupIdsOf(userId, { cursor, limit: membershipsPerPage });
    const prepared = await Promise.all(
      page.rows.map((groupId) =>
        this.#prepare(device, { userId, groupId, claim: claims.get(groupId) ?? null }),
      ),
    );
    const groups: Subscription[] = [];
    for (const { groupId, hosted, isRefused, reading } of prepared.filter((ready) => ready !== null)) {
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

  /** @returns null: the user is no member, or is only invited */
  async #prepare(device: Device, { userId, groupId, claim }: Wanted) {
    const { groups, feeds, host, permission } = this.#deps;
    // No feed is opened for a group that the user left long ago, unless the client continues there.
    if (claim === null && !feeds.has(groupId)) {
      const memberships = await groups.membershipsIn(userId, [groupId]);
      if (!memberships.some(isJoined)) return null;
    }
    const hosted = host(groupId);
    const isRefused = device.isAuto && (await permission.isDenied(userId, groupId));
    return { groupId, hosted, isRefused, reading: await hosted.read(userId, claim) };
  }

  /**
   * Attaches the user's `auto` devices to every group to which they are not attached yet. Each starts at the entry
   * that made the user a receiver.
   */
  async attachMissing(userId: UserId): Promise<void> {
    let cursor: string | null = null;
    do {
      const page = await this.#deps.groups.memberships(userId, {
        cursor,
        limit: membershipsPerPage,
      });
      const isAttached = (device: Device) => this.#deps.devices.isAttached(device);
      await Promise.all(
        page.rows.filter(isJoined).map((row) => this.attachLate(userId, row.groupId, isAttached)),
      );
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
        outcome.result.reason === undefined &&
        this.#deps.devices.hasPendingJoin(device, groupId) &&
        this.#deps.devices.deferPush(device, groupId, { epoch, seq });
      if (!isDeferred) hosted.push(device, 'subscribed', { groups: [outcome.result] });
    }
  }

  /**
   * Attaches a device after its own join or create, whose answer named (epoch, seq). Starts there. Does nothing if
   * the device is attached already.
   */
  async attachJoined(device: Device, groupId: GroupId, joined: JoinedAt): Promise<void> {
    this.#deps.devices.optIn(device, groupId);
    this.#deps.devices.noteJoin(device, groupId);
    const hosted = this.#deps.host(groupId);
    if (hosted.feed.attachments.has(device)) return;
    const reading = await hosted.read(device.userId);
    // `note` may apply the very entry that attaches the device.
    throwIfStale(hosted.note(device.userId, reading));
    if (hosted.feed.attachments.has(device)) return;
    const { lost } = hosted.feed.attachments;
    const ofJoin = (member: KnownMember | null): ClaimedPosition => ({
      groupId,
      epoch: joined.epoch,
      seq: member?.sinceSeq === joined.seq ? joined.seq - 1 : joined.seq,
    });
    // What it has of an earlier membership is lost, and it has to learn that.
    const choose: ChooseStart = (member) => (lost.isUnannounced(device) ? 'now' : ofJoin(member));
    const outcome = hosted.attach(device, reading, choose);
    throwIfStale(outcome);
    if (outcome.ok && outcome.result.reason !== undefined) {
      hosted.push(device, 'subscribed', { groups: [outcome.result] });
    }
  }

  /**
   * Corrects the answer to a device's own join, which is written in this tick. After the answer it pushes what the
   * answer lacks: `not_a_member` if the membership ended before the device could be attached, or `subscribed` if the
   * device was attached at a later position than the answer says.
   * @param answered the position that the answer named; null: the answer named none
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

/** False for a group to which the user is only invited: it receives nothing of it. */
const isJoined = ({ member }: Membership): boolean => member !== null;

/** Throws if the log changed after it was read, so that the retry reads it again. */
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

/**
 * Asks the auth adapter before a device is attached. An attach that follows from the user's own join needs no
 * question.
 */
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

  /**
   * @returns why the device may not subscribe to the group; null: it may. For a group without a feed on this node the
   * store is asked first, so that a request of a non-member opens no feed.
   */
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
