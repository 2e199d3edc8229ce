export interface DeliverySettings {
  /** Entries in one call of the archive. */
  readonly batchSize: number;
  /** Time between two polls of an idle outbox. */
  readonly tickMs: number;
  /** How often a refused entry is retried before it becomes a dead letter. */
  readonly maxRetries: number;
  /** Pause before the first retry; doubles with each retry. */
  readonly retryBaseMs: number;
  /**
   * A call that takes longer has failed. Below half a lease, so that a call rarely outlives the lease under which it
   * was made.
   */
  readonly callTimeoutMs: number;
  /** Calls of one adapter in progress at the same time on one node. */
  readonly callsAtOnce: number;
  /**
   * Entries of a partition that may wait for the notifier. If more wait, the oldest are postponed to the retries of
   * their groups.
   */
  readonly notifierBacklogMax: number;
  /**
   * Per group: how many dead letters of the notifier are kept (the oldest are dropped), and how many of its messages
   * are kept for retries. Dead letters of the archive are never dropped: they count for the room queue of their
   * group.
   */
  readonly deadLettersMax: number;
}

export const defaultDeliverySettings: DeliverySettings = {
  batchSize: 100,
  tickMs: 100,
  maxRetries: 5,
  retryBaseMs: 100,
  callTimeoutMs: 2500,
  callsAtOnce: 16,
  notifierBacklogMax: 10_000,
  deadLettersMax: 10_000,
};
