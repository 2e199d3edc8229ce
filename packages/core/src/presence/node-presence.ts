import type { GroupId, UserId } from '@plenum/protocol';
import type { Attachments } from '../feed/attachments.ts';
import type { Devices } from '../feed/devices.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine } from '../ports/engine.ts';
import type { FanOut } from '../ports/fan-out.ts';
import type { Logger } from '../ports/telemetry.ts';
import { Announcements } from './announcements.ts';
import { PresencePushes } from './presence-pushes.ts';

export interface NodePresenceParts {
  readonly engine: Engine;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per start of the node. */
  readonly nodeId: string;
}
type HostedAttachments = ReadonlyMap<GroupId, { readonly feed: { readonly attachments: Attachments } }>;

/** What this node tells others of its devices, and its devices of others. */
export class NodePresence {
  readonly announcements: Announcements;
  readonly pushes: PresencePushes;

  constructor(parts: NodePresenceParts, devices: Devices, feeds: HostedAttachments) {
    const isAttached = (groupId: GroupId, userId: UserId) => {
      const attachments = feeds.get(groupId)?.feed.attachments;
      return attachments !== undefined && [...devices.of(userId)].some((device) => attachments.has(device));
    };
    this.announcements = new Announcements({ ...parts, presence: parts.engine.presence, isAttached });
    const attachedTo = (groupId: GroupId) => feeds.get(groupId)?.feed.attachments.live ?? [];
    this.pushes = new PresencePushes({ ...parts, attachedTo });
  }

  start(): void {
    this.announcements.start();
  }

  stop(): void {
    this.announcements.stop();
    this.pushes.stop();
  }
}
