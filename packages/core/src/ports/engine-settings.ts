/** The settings of an engine for rates, limits and retention, and their defaults. */
import { limits } from '@plenum/protocol';
import type { DeliveryKind } from './adapters.ts';

/** Settings that an engine enforces inside its atomic steps. */
export interface EngineSettings {
  /** Token bucket per (sender, group), cluster-wide. */
  readonly ratePerSec: number;
  readonly rateBurst: number;
  /** Token bucket of joins, leaves and creates per user, cluster-wide; the service needs no token. */
  readonly membershipRatePerSec: number;
  readonly membershipRateBurst: number;
  /** Token bucket of a user's changes in one group, per (user, group), cluster-wide; the service needs no token. */
  readonly changeRatePerSec: number;
  readonly changeRateBurst: number;
  /** Token bucket of the entries `appended` of one message, cluster-wide. */
  readonly appendRatePerSec: number;
  readonly appendRateBurst: number;
  /** Groups that exist and were created by one user; 0: no limit. */
  readonly groupsPerUserMax: number;
  /** Groups in which one user waits for acceptance; 0: no limit. */
  readonly requestsPerUserMax: number;
  /** Bans in force in one group; 0: no limit. */
  readonly bansPerGroupMax: number;
  /** Invites of users that may be open in one group. */
  readonly invitesPerGroupMax: number;
  /** Invite links of one group. */
  readonly linksPerGroupMax: number;
  /** Retention of a group's log, by length and by age of an idle log. */
  readonly historyMaxEntries: number;
  readonly historyMaxAgeMs: number;
  /** A public group ends that had no member and no entry for so many ms; 0: it does not. The same on every node. */
  readonly emptyGroupTtlMs: number;
  /** Entries of a group that may wait for the archive. Checked only if the cluster has an archive. */
  readonly roomQueueLimit: number;
  /**
   * The kinds of adapters that this node brings; from then on the cluster delivers to them. A node (not a client)
   * that lacks one of the cluster's kinds refuses to boot, because the deliveries of its partitions would wait
   * forever.
   */
  readonly deliveryKinds: readonly DeliveryKind[];
  /**
   * Kinds to which the cluster no longer delivers. Their waiting entries are dropped, so an operator has to name
   * them.
   */
  readonly endedDeliveryKinds: readonly DeliveryKind[];
  /** How long a membership in an ephemeral group lasts after the member's last device has disconnected. */
  readonly absenceMs: number;
  /** A change that the store has not begun after this time is not executed. */
  readonly requestTimeoutMs: number;
  /** A partition moves to another node when its owner was not heard of for this time. The same on every node. */
  readonly leaseTtlMs: number;
}

export const defaultEngineSettings: EngineSettings = {
  ratePerSec: 10,
  rateBurst: 20,
  membershipRatePerSec: 1,
  membershipRateBurst: 10,
  changeRatePerSec: 10,
  changeRateBurst: 20,
  appendRatePerSec: 30,
  appendRateBurst: 60,
  groupsPerUserMax: 1000,
  requestsPerUserMax: 1000,
  bansPerGroupMax: 10_000,
  invitesPerGroupMax: limits.invitesMax,
  linksPerGroupMax: limits.linksMax,
  historyMaxEntries: 10_000,
  historyMaxAgeMs: 7 * 24 * 3_600_000,
  emptyGroupTtlMs: 30 * 24 * 3_600_000,
  roomQueueLimit: 2048,
  deliveryKinds: [],
  endedDeliveryKinds: [],
  absenceMs: 30_000,
  requestTimeoutMs: 5000,
  leaseTtlMs: 6000,
};

/** The retry hint of `room_overloaded`, ms: an archive that is only slow takes a batch within this time. */
export const overloadedRetryMs = 1000;

/** How long the log of a deleted group stays readable, so that every node can deliver `deleted`. */
export const tombstoneMs = 600_000;
