/**
 * Bounds the reads of the whole node: few run at a time, and none begins while the budget of unread bytes is used up. An answer is up
 * to a megabyte, so a thousand sockets that read at once would otherwise get a gigabyte between two looks of the budget.
 */
import { type Clock, fail, type Outcome } from '@plenum/core';
import type { UnreadBudget } from './unread-budget.ts';

/** Reads that run at a time; each makes a page of at most a megabyte. */
const readsAtWorkMax = 32;
/** A read that waits longer is answered `unavailable`. */
const waitMaxMs = 5000;

/** Whether there is room for another answer, and a callback when there is again. */
type Room = Pick<UnreadBudget, 'hasRoom' | 'whenRoom'>;
type Read = () => Promise<Outcome<unknown>>;

export class ReadGate {
  readonly #room: Room;
  readonly #clock: Clock;
  /** Each begins one read, in their order. */
  readonly #waiting = new Set<() => void>();
  #atWork = 0;
  #isRoomAwaited = false;

  constructor(room: Room, clock: Clock) {
    this.#room = room;
    this.#clock = clock;
  }

  /** @returns the outcome of `read`; `unavailable` when the node has no room for its answer in time. */
  async take(read: Read): Promise<Outcome<unknown>> {
    // Room may appear before the next look finds it: the waiting reads get it first.
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
    return this.#atWork < readsAtWorkMax && this.#room.hasRoom;
  }

  /** @returns false when it did not come in time. */
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
    if (this.#waiting.size === 0 || this.#isRoomAwaited || this.#room.hasRoom) return;
    this.#isRoomAwaited = true;
    this.#room.whenRoom(() => {
      this.#isRoomAwaited = false;
      this.#beginWaiting();
    });
  }
}
