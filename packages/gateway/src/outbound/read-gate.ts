/**
 * The reads of a whole node: few are at work at a time, and none begins while much waits for peers already. An answer to a
 * read is up to a page large, so without this a thousand sockets that ask at once would get a gigabyte between two looks.
 */
import { type Clock, fail, type Outcome } from '@plenum/core';
import type { UnreadBudget } from './unread-budget.ts';

/** Pages that are made at a time: at most a megabyte each. */
const readsAtWorkMax = 32;
/** Nobody waits longer: see `ReadTurns`. */
const waitMaxMs = 5000;

type Read = () => Promise<Outcome<unknown>>;

export class ReadGate {
  readonly #budget: UnreadBudget;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;
  #isRoomAwaited = false;

  constructor(budget: UnreadBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /** @returns the outcome of `read`; `unavailable` when the node had no room for its answer in time. */
  async take(read: Read): Promise<Outcome<unknown>> {
    const fromMs = this.#clock.monotonicMs();
    if (this.#isOpen()) this.#atWork += 1;
    else await this.#turn();
    try {
      const isLate = this.#clock.monotonicMs() - fromMs > waitMaxMs;
      return isLate ? fail({ code: 'unavailable' }) : await read();
    } finally {
      this.#atWork -= 1;
      this.#giveOn();
    }
  }

  #isOpen(): boolean {
    return this.#atWork < readsAtWorkMax && this.#budget.hasRoom;
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#awaitRoom();
    });
  }

  #giveOn(): void {
    while (this.#waiting.length > 0 && this.#isOpen()) {
      this.#atWork += 1;
      this.#waiting.shift()?.();
    }
    this.#awaitRoom();
  }

  #awaitRoom(): void {
    if (this.#waiting.length === 0 || this.#isRoomAwaited || this.#budget.hasRoom) return;
    this.#isRoomAwaited = true;
    this.#budget.whenRoom(() => {
      this.#isRoomAwaited = false;
      this.#giveOn();
    });
  }
}
