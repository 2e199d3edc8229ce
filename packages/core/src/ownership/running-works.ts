import type { Lease } from '../ports/leases.ts';
import type { PartitionWork } from '../ports/partition-work.ts';
import type { Logger } from '../ports/telemetry.ts';

interface Running {
  readonly stop: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** What runs on this node for the partitions that it holds. */
export class RunningWorks {
  readonly #works: readonly PartitionWork[];
  readonly #logger: Logger;
  readonly #running = new Map<number, Running>();

  constructor(works: readonly PartitionWork[], logger: Logger) {
    this.#works = works;
    this.#logger = logger;
  }

  /** Nothing may run for the partition yet. */
  begin(lease: Lease): void {
    const stop = new AbortController();
    const ended = Promise.all(this.#works.map((work) => this.#run(work, lease, stop.signal)));
    this.#running.set(lease.partition, { stop, ended: ended.then(() => undefined) });
  }

  /** Asks everything of the partition to end. Resolves when nothing runs any more; never rejects. */
  async end(partition: number): Promise<void> {
    const running = this.#running.get(partition);
    if (running === undefined) return;
    running.stop.abort();
    await running.ended;
    this.#running.delete(partition);
  }

  async #run(work: PartitionWork, lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      await work.run(lease, signal);
      if (!signal.aborted) throw new Error('it ended although its partition is still held');
    } catch (err) {
      const fields = { work: work.name, partition: lease.partition, err };
      this.#logger.error(fields, 'a work of a partition failed by a bug; its next owner takes it up again');
    }
  }
}
