import type { Lease } from './leases.ts';

/** What the owner of a partition does for it: delivery, housekeeping. */
export interface PartitionWork {
  readonly name: string;
  /**
   * The lease was gained: works until the signal aborts (the lease is lost, handed over, or the node stops), then ends at the
   * next step. Resolves when nothing of it runs; never rejects. All effects are fenced by the lease besides.
   */
  run(lease: Lease, signal: AbortSignal): Promise<void>;
}
