/** Presence on one node: reports its own devices to the store, and pushes changes of others to its devices. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { PresenceWatch } from '../feed/hosted-feed.ts';
import type { Device, FanOut } from '../ports/devices.ts';
import type { Presence, PresencePush } from '../ports/presence.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { Announcements } from './announcements.ts';
import { PresencePushes } from './presence-pushes.ts';

export interface NodePresenceDeps {
  readonly presence: Presence;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per start of the node. */
  readonly nodeId: string;
  /** Questions that presence asks the feeds of this node. */
  readonly feeds: {
    isAttached(groupId: GroupId, userId: UserId): boolean;
    liveDevices(groupId: GroupId): Iterable<Device>;
  };
}

export class NodePresence implements PresenceWatch {
  readonly #announcements: Announcements;
  readonly #pushes: PresencePushes;

  constructor({ feeds, ...deps }: NodePresenceDeps) {
    this.#announcements = new Announcements({
      ...deps,
      isAttached: (groupId, userId) => feeds.isAttached(groupId, userId),
    });
    this.#pushes = new PresencePushes({ ...deps, attachedTo: (groupId) => feeds.liveDevices(groupId) });
  }

  /** Groups in which this node has announced a user. */
  get size(): number {
    return this.#announcements.size;
  }

  onMoved(groupId: GroupId, userId: UserId, isEnd: boolean): void {
    this.#announcements.note(groupId, userId, isEnd);
  }

  onEphemeral(groupId: GroupId, push: PresencePush): void {
    this.#pushes.take(groupId, push);
  }

  start(): void {
    this.#announcements.start();
  }

  stop(): void {
    this.#announcements.stop();
    this.#pushes.stop();
  }
}
