/** Keeps what the latest renewal of each lease found in its partition, so that no work has to ask for it. */
import type { Clock } from '../ports/runtime.ts';

/** What waits in a partition for its owner, at the instant of a renewal. */
export interface Finding {
  /** The end of a mute or a ban is due. */
  readonly isMuteDue: boolean;
  /** The end of a membership by absence is due. */
  readonly isAbsenceDue: boolean;
  /** Nodes that host users in the partition, dead nodes too. */
  readonly hostingNodes: readonly string[];
}

/** A lease is renewed every second. After this time without a finding, ms, the works ask the store themselves. */
const silentAfterMs = 3000;

interface Known {
  readonly finding: Finding | null;
  readonly atMs: number;
}

export class Findings {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #known = new Map<number, Known>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** A work of the partition begins: what was found under an earlier lease no longer counts. */
  begin(partition: number): void {
    this.#known.set(partition, { finding: null, atMs: this.#clock.monotonicMs() });
  }

  note(partition: number, finding: Finding): void {
    this.#known.set(partition, { finding, atMs: this.#clock.monotonicMs() });
  }

  /** The latest finding; null while there is none, or when it is too old. */
  of(partition: number): Finding | null {
    return this.isSilent(partition) ? null : (this.#known.get(partition)?.finding ?? null);
  }

  /** True if the partition had no finding for 3 s, for example because the look of its renewals fails. */
  isSilent(partition: number): boolean {
    const atMs = this.#known.get(partition)?.atMs ?? Number.NEGATIVE_INFINITY;
    return this.#clock.monotonicMs() - atMs >= silentAfterMs;
  }
}
