/** Presence on one node: what it reports of its own devices, and what it pushes to them about others. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { PresenceWatch } from '../feed/hosted-feed.ts';
import type { Device, FanOut } from '../ports/devices.ts';
import type { EphemeralPush, Presence } from '../ports/presence.ts';
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
  /** The feeds of this node, as far as presence asks them. */
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

  /** Groups of which this node has announced anyone. */
  get size(): number {
    return this.#announcements.size;
  }

  onMoved(groupId: GroupId, userId: UserId, isEnd: boolean): void {
    this.#announcements.note(groupId, userId, isEnd);
  }

  onEphemeral(groupId: GroupId, push: EphemeralPush): void {
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
