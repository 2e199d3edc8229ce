/**
 * Limits the reads of the whole node: 32 run at a time, and none begins while the budget of unread bytes is used up.
 * An answer is up to a megabyte, so a thousand sockets that read at once would otherwise get a gigabyte between two
 * checks of the budget.
 */
import { type Clock, fail, type Outcome } from '@plenum/core';
import type { UnreadBudget } from './unread-budget.ts';

/** Reads that run at a time on one machine; each returns a page of at most a megabyte. */
const readsOfMachine = 32;
/** A read that waits longer is answered `unavailable`, ms. */
const waitMaxMs = 5000;

/** Says whether there is room for another answer, and calls back when there is again. */
type Budget = Pick<UnreadBudget, 'hasCapacity' | 'whenCapacity'>;
type Read = () => Promise<Outcome<unknown>>;

export class ReadGate {
  readonly #readsAtWorkMax: number;
  readonly #budget: Budget;
  readonly #clock: Clock;
  /** Each function begins one waiting read; in order of arrival. */
  readonly #waiting = new Set<() => void>();
  #atWork = 0;
  #isCapacityAwaited = false;

  /** @param workers the processes that share the budget */
  constructor(budget: Budget, clock: Clock, workers = 1) {
    this.#readsAtWorkMax = Math.ceil(readsOfMachine / workers);
    this.#budget = budget;
    this.#clock = clock;
  }

  /** Runs `read` when there is room. @returns its outcome; `unavailable` when there is none for 5 s */
  async take(read: Read): Promise<Outcome<unknown>> {
    // There may be room before the next check notices it: the waiting reads get it first.
    if (this.#waiting.size > 0) this.#beginWaiting();
    if (this.#waiting.size === 0 && this.#isOpen()) this.#atWork += 1;
    else if (!(await this.#wait())) return fail({ code: 'unavailable' });
    try {
      return await read();
    } finally {
      this.#atWork -= 1;
      this.#beginWaiting();
    }
  }

  #isOpen(): boolean {
    return this.#atWork < this.#readsAtWorkMax && this.#budget.hasCapacity;
  }

  /** @returns false if the read did not get its turn in time */
  #wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(waitMaxMs, () => {
        this.#waiting.delete(begin);
        resolve(false);
      });
      const begin = () => {
        cancel();
        resolve(true);
      };
      this.#waiting.add(begin);
      this.#awaitRoom();
    });
  }

  #beginWaiting(): void {
    for (const begin of this.#waiting) {
      if (!this.#isOpen()) break;
      this.#waiting.delete(begin);
      this.#atWork += 1;
      begin();
    }
    this.#awaitRoom();
  }

  #awaitRoom(): void {
    if (this.#waiting.size === 0 || this.#isCapacityAwaited || this.#budget.hasCapacity) return;
    this.#isCapacityAwaited = true;
    this.#budget.whenCapacity(() => {
      this.#isCapacityAwaited = false;
      this.#beginWaiting();
    });
  }
}
