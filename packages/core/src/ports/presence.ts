/** Who is online in a group: users with an attached device, however many devices and nodes that takes. */
import type { GroupId, PushPayload, UserId } from '@plenum/protocol';
import type { Refused } from '../groups/commands.ts';

/** What a node has found out about its own devices in one group. */
export interface PresenceChange {
  readonly groupId: GroupId;
  /** Unique per start of a node, so that the presence of a dead node is recognized. */
  readonly nodeId: string;
  /** Users who have a device attached here, and those who no longer have one; together at most `presenceChangeMax`. */
  readonly came: readonly UserId[];
  readonly went: readonly UserId[];
}
/** Bounds how long one step keeps the store. */
export const presenceChangeMax = 200;

export interface OnlineUsers {
  /** As many as were asked for, in no order. */
  readonly users: readonly UserId[];
  /** Of all. */
  readonly count: number;
}

/** A node says that it holds a device of the user which is attached to the group. */
export interface HostedUser {
  readonly groupId: GroupId;
  readonly userId: UserId;
}

/** All methods throw `PlenumError` `unavailable` when the store is away; all may be repeated without harm. */
export interface Presence {
  /**
   * One atomic step, idempotent: the node hosts `came` and no longer hosts `went`. A user who is no receiver of the group is not
   * counted, whatever the node reports. Each transition is pushed to the group's feeds, at most once.
   */
  change(change: PresenceChange): Promise<void>;
  online(groupId: GroupId, limit: number): Promise<OnlineUsers>;
  /** Those of `userIds` who are online. */
  onlineAmong(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
  /** Pushes to the group's feeds that the user types. Refused like `send` in the rule table, before rate and queue. */
  typing(groupId: GroupId, userId: UserId): Promise<Refused | null>;
  /** How many holdings the node has in each of these partitions. */
  countHosted(nodeId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Every holding of the node in the partition; not of one instant. */
  hosted(nodeId: string, partition: number): Promise<readonly HostedUser[]>;
}

/** What the owner of a partition does for it. */
export interface PresenceHousekeeping {
  /** Nodes with holdings in the partition, dead ones too. */
  hostingNodes(partition: number): Promise<readonly string[]>;
  /**
   * Ends the memberships, in ephemeral groups, of those who have been offline for `EngineSettings.absenceMs` since they were
   * last online: each in one atomic step that checks it again, with one entry `left` whose actor is the service.
   * @returns how many absences were due; at most 100 are looked at
   */
  endAbsences(partition: number): Promise<number>;
}

/** A push without a log entry: sent once to the devices that are attached at that moment. */
export type EphemeralPush = {
  readonly [E in 'presence_changed' | 'typing']: { readonly event: E; readonly payload: PushPayload<E> };
}['presence_changed' | 'typing'];
