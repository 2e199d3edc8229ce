/**
 * How much of a line is looked at. Where one group fills all that a batch shows and the adapter fails at its head, another
 * group may stand behind it: now and then the look goes further. It is not free, so not in each round of an outage.
 */
import type { Clock } from '../ports/clock.ts';

const reachFactor = 10;
const everyMs = 5000;

export class FarLook {
  readonly #clock: Clock;
  readonly #batchSize: number;
  #isWanted = false;
  #atMs = 0;

  constructor(clock: Clock, batchSize: number) {
    this.#clock = clock;
    this.#batchSize = batchSize;
  }

  /** Entries that the next round wants to see. */
  get reach(): number {
    const isFar = this.#isWanted && this.#clock.monotonicMs() >= this.#atMs;
    return this.#batchSize * (isFar ? reachFactor : 1);
  }

  /**
   * @param seen entries of this round
   * @param isWanted the adapter fails at the head of a full batch of one group
   * @param heldUpMs until the adapter is called again: before it nothing is to be found out
   */
  looked(seen: number, isWanted: boolean, heldUpMs: number): void {
    const pauseMs = seen > this.#batchSize ? Math.max(everyMs, heldUpMs) : heldUpMs;
    this.#isWanted = isWanted;
    this.#atMs = Math.max(this.#atMs, this.#clock.monotonicMs() + pauseMs);
  }
}
