/**
 * Housekeeping of partitions: a loop over all partitions that this node holds, and the use of it that ends due mutes
 * of idle groups.
 */
import { runLoop } from '../concurrency/run-loop.ts';
import type { DueMutes } from '../ports/group-store.ts';
import type { Lease, PartitionWork } from '../ports/leases.ts';
import { type Clock, type Logger, untilAborted } from '../ports/runtime.ts';

/** A partition work that runs in rounds: one loop for all held partitions, not one per partition. */
export interface PartitionRoundsDeps {
  readonly name: string;
  /**
   * Runs one round over these partitions (at least one). Needs no fence: each change is checked again in its own
   * atomic step.
   */
  readonly round: (partitions: readonly number[]) => Promise<void>;
  /** Pause between two rounds, ms. */
  readonly everyMs: number;
  /** As that of {@link runLoop}. */
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
    this.#partitions.add(partition);
    await untilAborted(signal);
    this.#partitions.delete(partition);
    await this.#round;
  }

  async #look(): Promise<void> {
    if (this.#partitions.size > 0) await this.#deps.round([...this.#partitions]);
  }
}

const idleMutesEveryMs = 1000;

export interface IdleMutesDeps {
  readonly dueMutes: DueMutes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Ends timed mutes and bans in groups that get no request; the owner of a partition runs it. Needs no fence: a
 * member's send ends due mutes as well.
 */
export function idleMutesWork({ dueMutes, clock, logger }: IdleMutesDeps): PartitionRounds {
  const round = (partitions: readonly number[]) => endDueMutes(dueMutes, partitions);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs: idleMutesEveryMs, clock, logger });
}

/**
 * Ends due mutes in all partitions. A partition whose store fails does not stop the others; the round fails after all
 * were tried.
 */
async function endDueMutes(dueMutes: DueMutes, partitions: readonly number[]): Promise<void> {
  const ended = await Promise.allSettled(partitions.map((partition) => dueMutes.endDueMutes(partition)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
