/** The storage of the domain: one engine behind small ports, in the memory of one process or on Redis. */

import type { GroupId, UserId } from '@plenum/protocol';
import type { AuditLists } from './audit-lists.ts';
import type { Revocations } from './authentication.ts';
import type { Canaries } from './canaries.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Erasures } from './erasures.ts';
import type { GroupLog } from './group-log.ts';
import type { DueMutes, EmptyGroups, GroupStore, NotificationLevels, ReadMarks } from './group-store.ts';
import type { Imports } from './imports.ts';
import type { Leases, NodeRegistry, PartitionWork } from './leases.ts';
import type { MessageChanges } from './message-changes.ts';
import type { NodeChannel } from './node-channel.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import type { Outbox } from './outbox.ts';
import type { Presence, PresenceHousekeeping } from './presence.ts';
import type { FeedTransport, Nudges } from './pubsub.ts';
import type { TimedMessages } from './timed-messages.ts';

/**
 * What an acknowledged message survives, by the settings of Redis: D0 memory or no AOF, D1 AOF everysec, D2 AOF
 * always, D3 D1 + replica, D4 + WAIT, D5 WAITAOF.
 */
export type DurabilityClass = 'D0' | 'D1' | 'D2' | 'D3' | 'D4' | 'D5' | 'unknown';

export interface EngineHealth {
  /** True if at least some groups can be served. */
  readonly isReady: boolean;
  /** Shards of a Redis Cluster that do not answer: requests for their groups fail, all others work. */
  readonly shardsAway: number;
  readonly durability: DurabilityClass;
  /**
   * Sentences for an operator, without addresses or secrets: why the engine is not ready, or what threatens it.
   * Absent: none.
   */
  readonly notices?: readonly string[];
}

/** A server of the store and what it reports of itself: fields of Redis' INFO. */
export interface StoreServer {
  /** `host:port` of a shard of a Cluster; `redis`: the only one. */
  readonly name: string;
  /** Null: no answer within a second. */
  readonly info: ReadonlyMap<string, string> | null;
}

/** Sharded publish/subscribe in the shape that the Socket.IO Redis adapter accepts as its client. */
export interface RoomChannels {
  readonly channelPrefix: string;
  sSubscribe(
    channels: string | string[],
    listener: (message: Buffer, channel: Buffer) => void,
  ): Promise<void>;
  sUnsubscribe(channels: string | string[]): Promise<void>;
  sPublish(channel: string, message: string | Uint8Array): Promise<number>;
}

/** The Socket.IO rooms of groups and of users. */
export interface Rooms {
  /** `{p17}:<group_id>` */
  groupRoom(groupId: GroupId): string;
  /**
   * The room of a user's devices: `{p17}:$user:<user_id>`. `$` is in no group id: else a group that is named
   * `user:<id>` would share the room of that user, and its messages would reach that user's devices.
   */
  userRoom(userId: UserId): string;
}

/** The whole state of the service behind ports. `memory` and `redis` pass the same conformance suites. */
export interface Engine {
  readonly name: 'memory' | 'redis';
  readonly groups: GroupStore;
  readonly dueMutes: DueMutes;
  readonly emptyGroups: EmptyGroups;
  readonly log: GroupLog;
  readonly imports: Imports;
  readonly messageChanges: MessageChanges;
  readonly timedMessages: TimedMessages;
  readonly feeds: FeedTransport;
  readonly nudges: Nudges;
  readonly presence: Presence & PresenceHousekeeping;
  readonly readMarks: ReadMarks;
  readonly notificationLevels: NotificationLevels;
  readonly revocations: Revocations;
  readonly erasures: Erasures;
  readonly codes: OneTimeCodes;
  readonly auditLists: AuditLists;
  readonly canaries: Canaries;
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetters;
  readonly nodes: NodeRegistry;
  readonly nodeChannel: NodeChannel;
  readonly leases: Leases;
  /** Works of the engine itself that the owner of a partition runs. */
  readonly partitionWorks: readonly PartitionWork[];
  /** Null in an engine of one process: Socket.IO keeps its in-memory adapter. */
  readonly roomChannels: RoomChannels | null;
  readonly rooms: Rooms;
  /** The version of the stored data. Null: nothing outlives this process. */
  readonly dataVersion: number | null;
  health(): Promise<EngineHealth>;
  /**
   * How long the store takes for an answer now, ms; of several servers the slowest. Null: none answers, or the store is this
   * process.
   */
  roundTripMs(): Promise<number | null>;
  /**
   * Asks every server of the store. Never rejects. Empty: the store is this process.
   * @param section of INFO
   */
  servers(section: 'memory' | 'default'): Promise<readonly StoreServer[]>;
  /**
   * Returns the same value on all nodes of one prefix: the first offer under a name is kept. For development secrets.
   */
  agreeOn(name: string, offer: string): Promise<string>;
  /**
   * The clock for tokens, ms since 1970: the store's time, estimated from its replies, so a node with a wrong clock
   * judges as all others do. The memory engine uses the wall clock.
   */
  wallMs(): number;
  /** Frees every connection and timer. Idempotent. */
  close(): Promise<void>;
}
