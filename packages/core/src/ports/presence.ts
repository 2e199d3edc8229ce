/** Presence: a user is online in a group while any of its devices is attached, on any node. */
import type { GroupId, PushEvent, PushPayload, UserId } from '@plenum/protocol';
import type { Refused } from '../groups/commands.ts';
import type { EndedGroup } from './group-store.ts';

/** A change that a node reports about its own devices in one group. */
export interface PresenceChange {
  readonly groupId: GroupId;
  /** Unique per start of a node, so that the presence of a dead node is recognized. */
  readonly nodeId: string;
  /**
   * `came`: users who have a device attached here now. `went`: users who no longer have one. Together at most
   * `presenceChangeMax`.
   */
  readonly came: readonly UserId[];
  readonly went: readonly UserId[];
}
/** Users in one change: bounds how long one step blocks the store. */
export const presenceChangeMax = 200;

export interface OnlineUsers {
  /** At most the requested number of users, in no order. */
  readonly users: readonly UserId[];
  /** The number of all online users. */
  readonly count: number;
}

/** A user that a node reports as attached to a group on that node. */
export interface HostedUser {
  readonly groupId: GroupId;
  readonly userId: UserId;
}

/**
 * Every method throws `PlenumError` `unavailable` when the store cannot be reached, and may be repeated without harm.
 */
export interface Presence {
  /**
   * Reports a change in one atomic, idempotent step: the node hosts `came` and no longer hosts `went`. A user who is
   * no receiver of the group is not counted, whatever the node reports. Each transition is pushed to the group's
   * feeds at most once.
   */
  change(change: PresenceChange): Promise<void>;
  online(groupId: GroupId, limit: number): Promise<OnlineUsers>;
  /** Returns those of `userIds` who are online. */
  onlineAmong(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
  /**
   * Pushes to the group's feeds that the user types. Refused like `send` in the rule table; takes no token, and
   * ignores the room queue.
   */
  typing(groupId: GroupId, userId: UserId): Promise<Refused | null>;
  /** The number of users that the node hosts in each of these partitions, counted once per group. */
  countHosted(nodeId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** The users that the node hosts in the partition. Not a snapshot: the list may change while it is read. */
  hosted(nodeId: string, partition: number): Promise<readonly HostedUser[]>;
}

/** Work that the owner of a partition does for presence. */
export interface PresenceHousekeeping {
  /** Nodes that host users in the partition, dead nodes too. */
  hostingNodes(partition: number): Promise<readonly string[]>;
  /**
   * Ends memberships in ephemeral groups of users who have been offline for `EngineSettings.absenceMs`. Each ends in
   * one atomic step that checks the absence again and appends one entry `left`, whose actor is the service.
   * One call looks at 100 at most. @returns the groups that have ended with their last member
   */
  endAbsences(partition: number): Promise<readonly EndedGroup[]>;
}

type PushOf<E extends PushEvent> = {
  readonly [One in E]: { readonly event: One; readonly payload: PushPayload<One> };
}[E];
export type PresencePush = PushOf<'presence_changed' | 'typing' | 'members_count'>;
export type EphemeralMessage = PushOf<'ephemeral_message'> & {
  /** The members version of the group at that time; absent: every join and leave was an entry. */
  readonly membersVersion?: number;
};
/** A push without a log entry: sent once to the devices that are attached at that moment. */
export type EphemeralPush = PresencePush | EphemeralMessage;
