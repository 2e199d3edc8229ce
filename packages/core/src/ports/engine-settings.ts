/** The settings of an engine for rates, limits and retention, and their defaults. */
import type { DeliveryKind } from './adapters.ts';

/** What an engine enforces inside its atomic steps. */
export interface EngineSettings {
  /** Token bucket per (sender, group), cluster-wide. */
  readonly ratePerSec: number;
  readonly rateBurst: number;
  /** Token bucket of joins, leaves and creates per user, cluster-wide; what the service itself does is free. */
  readonly membershipRatePerSec: number;
  readonly membershipRateBurst: number;
  /** Token bucket of the changes that a user makes in a group, per (user, group), cluster-wide; the service's are free. */
  readonly changeRatePerSec: number;
  readonly changeRateBurst: number;
  /** Groups that exist and were created by one user; 0: no limit. */
  readonly groupsPerUserMax: number;
  /** Groups in which one user waits for acceptance; 0: no limit. */
  readonly requestsPerUserMax: number;
  /** Bans that a group holds at a time, without those that have ended; 0: no limit. */
  readonly bansPerGroupMax: number;
  /** Retention of a group's log, by length and by age of an idle log. */
  readonly historyMaxEntries: number;
  readonly historyMaxAgeMs: number;
  /** Entries of a group that were accepted and not archived yet; asked only where the cluster has an archive. */
  readonly roomQueueLimit: number;
  /**
   * The kinds of adapters that this node brings: the cluster delivers to them from then on. A node, not a client, that
   * lacks one of the cluster's kinds does not boot, because what it owns would wait for ever.
   */
  readonly deliveryKinds: readonly DeliveryKind[];
  /** Kinds that the cluster no longer delivers to. What waits for them is dropped, so they have to be named. */
  readonly endedDeliveryKinds: readonly DeliveryKind[];
  /** Membership in an ephemeral group outlives the last connection of a member by this. */
  readonly absenceMs: number;
  /** A state change that the store has not begun after this long is given up. */
  readonly requestTimeoutMs: number;
  /** A partition whose owner is not heard of for this long goes to another one. The same on every node. */
  readonly leaseTtlMs: number;
}

export const defaultEngineSettings: EngineSettings = {
  ratePerSec: 10,
  rateBurst: 20,
  membershipRatePerSec: 1,
  membershipRateBurst: 10,
  changeRatePerSec: 10,
  changeRateBurst: 20,
  groupsPerUserMax: 1000,
  requestsPerUserMax: 1000,
  bansPerGroupMax: 10_000,
  historyMaxEntries: 10_000,
  historyMaxAgeMs: 7 * 24 * 3_600_000,
  roomQueueLimit: 2048,
  deliveryKinds: [],
  endedDeliveryKinds: [],
  absenceMs: 30_000,
  requestTimeoutMs: 5000,
  leaseTtlMs: 6000,
};

/** The hint of `room_overloaded`: an archive that is merely slow has taken a batch by then, ms. */
export const overloadedRetryMs = 1000;

/** How long the log of a deleted group stays readable, so that every node can deliver `deleted`. */
export const tombstoneMs = 600_000;
