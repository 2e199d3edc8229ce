/** Partition work that is done in rounds: one loop for all partitions that this node holds. */
import { runLoop } from '../concurrency/run-loop.ts';
import type { Lease, PartitionWork } from '../ports/leases.ts';
import { type Clock, type Logger, untilAborted } from '../ports/runtime.ts';
import type { Findings } from './findings.ts';

export interface PartitionRoundsDeps {
  readonly name: string;
  /**
   * Runs one round over these partitions, at least one. Needs no fence: each change is checked again in its own
   * atomic step.
   */
  readonly round: (partitions: readonly number[]) => Promise<void>;
  readonly findings: Findings;
  /** Pause between two rounds, ms. */
  readonly everyMs: number;
  /** As in {@link runLoop}. */
  readonly slowestPause?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class PartitionRounds implements PartitionWork {
  readonly name: string;
  readonly #deps: PartitionRoundsDeps;
  readonly #partitions = new Set<number>();
  readonly #stopped = new AbortController();
  #round: Promise<void> = Promise.resolve();

  constructor(deps: PartitionRoundsDeps) {
    this.name = deps.name;
    this.#deps = deps;
  }

  start(): void {
    const round = () => {
      const looking = this.#look();
      // The loop handles a failure; an owner only waits for the end of the round.
      this.#round = looking.catch(() => undefined);
      return looking;
    };
    runLoop(this.name, round, { ...this.#deps, signal: this.#stopped.signal });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async run({ partition }: Lease, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#deps.findings.begin(partition);
    this.#partitions.add(partition);
    await untilAborted(signal);
    this.#partitions.delete(partition);
    await this.#round;
  }

  async #look(): Promise<void> {
    if (this.#partitions.size > 0) await this.#deps.round([...this.#partitions]);
  }
}
