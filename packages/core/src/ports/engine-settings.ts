/** What an engine enforces inside its atomic steps. */
export interface EngineSettings {
  /** Token bucket per (sender, group), cluster-wide. */
  readonly ratePerSec: number;
  readonly rateBurst: number;
  /** Token bucket of joins, leaves and creates per user, cluster-wide; what the service itself does is free. */
  readonly membershipRatePerSec: number;
  readonly membershipRateBurst: number;
  /** Retention of a group's log, by length and by age of an idle log. */
  readonly historyMaxEntries: number;
  readonly historyMaxAgeMs: number;
  /** Accepted but undelivered messages per group; asked only when the outbox is written. */
  readonly roomQueueLimit: number;
  /** An adapter that reads the outbox is configured. */
  readonly isOutboxWritten: boolean;
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
  historyMaxEntries: 10_000,
  historyMaxAgeMs: 7 * 24 * 3_600_000,
  roomQueueLimit: 2048,
  isOutboxWritten: false,
  requestTimeoutMs: 5000,
  leaseTtlMs: 6000,
};
