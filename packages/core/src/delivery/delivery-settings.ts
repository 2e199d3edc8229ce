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
  /** Entries of a partition that may stand in line for the notifier; those at the head of a longer line step aside. */
  readonly notifierBacklogMax: number;
  /**
   * Of each group: dead letters of the notifier that are kept, whose oldest give way, and messages that are kept to be offered
   * to it again. Dead letters of the archive never give way: they count for the room queue of their group.
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
