export interface DeliverySettings {
  /** Entries in one call of the archive. */
  readonly batchSize: number;
  /** How often an idle outbox is looked at. */
  readonly tickMs: number;
  /** How often a refused entry is tried again before it becomes a dead letter. */
  readonly maxRetries: number;
  /** Pause before the first retry; doubles with each further one. */
  readonly retryBaseMs: number;
  /** An adapter that takes longer has failed. Below half a lease, so that a call rarely outlives the right to make it. */
  readonly callTimeoutMs: number;
  /** Calls of one adapter that are under way at a time on one node. */
  readonly callsAtOnce: number;
  /** Messages of a partition that may wait for the notifier; the oldest of the excess become dead letters. */
  readonly notifierBacklogMax: number;
  /**
   * Dead letters of the notifier that a partition keeps: the oldest give way. Those of the archive never do: they count for
   * the room queue of their group, until they are retried or deleted.
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
  notifierBacklogMax: 100_000,
  deadLettersMax: 10_000,
};
