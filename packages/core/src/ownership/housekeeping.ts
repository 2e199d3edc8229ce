/** Housekeeping of partitions: one loop for all that this node holds, and the loop that ends due mutes of idle groups. */
import { runLoop } from '../concurrency/run-loop.ts';
import type { DueMutes } from '../ports/group-store.ts';
import type { Lease, PartitionWork } from '../ports/leases.ts';
import { type Clock, type Logger, untilAborted } from '../ports/runtime.ts';

/** A work that looks into its partitions now and then: one loop for all that are held, not one for each. */
export interface PartitionRoundsDeps {
  readonly name: string;
  /** Looks into these partitions, never none. Needs no fence: whatever it does is decided anew in its own atomic step. */
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
      // What failed is the loop's business; an owner only waits for the end.
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
 * Timed mutes and bans end by themselves: the owner of a partition looks for due ones in groups that get no request. Runs
 * without a fence: a send of a member ends due mutes as well.
 */
export function idleMutesWork({ dueMutes, clock, logger }: IdleMutesDeps): PartitionRounds {
  const round = (partitions: readonly number[]) => endDueMutes(dueMutes, partitions);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs: idleMutesEveryMs, clock, logger });
}

/** A partition whose store is away or full does not stop the others; the round fails after all of them were tried. */
async function endDueMutes(dueMutes: DueMutes, partitions: readonly number[]): Promise<void> {
  const ended = await Promise.allSettled(partitions.map((partition) => dueMutes.endDueMutes(partition)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
