/**
 * The reads of one client: two run at a time, the others wait in order of arrival. So a client that sends many reads
 * at once delays only itself.
 */
import { type Clock, fail, type Outcome } from '@plenum/core';
import type { Failure, UserId } from '@plenum/protocol';

/**
 * Reads of one client that run at a time: one is encoded while Redis answers the other. A page of history takes
 * milliseconds of the event loop, which all other clients wait for.
 */
const readsAtWorkMax = 2;
/**
 * Reads of one client that wait or run; more are refused. Below the limit of open requests, so messages still get
 * through.
 */
export const readsOpenMax = 192;
/** The retry hint, ms: some reads are answered by then. */
const retryMs = 100;
/** The longest wait of a read, ms: when the store hangs, waiting reads must not try it one after the other. */
const waitMaxMs = 5000;

const tooMany: Failure = {
  code: 'rate_limited',
  retryAfterMs: retryMs,
  details: { limit: readsOpenMax, reason: 'too many open reads' },
};

export class ReadLimiter {
  readonly #clock: Clock;
  /** Each function begins one waiting read when another has finished. */
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isIdle(): boolean {
    return this.#atWork === 0;
  }

  /**
   * Runs `read` in its turn; after `cancelWaiting`, never.
   * @returns its outcome; `rate_limited`, at once, when too many are open; `unavailable` when its turn came too late
   */
  async take(read: () => Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
    if (this.#atWork + this.#waiting.length >= readsOpenMax) return fail(tooMany);
    const fromMs = this.#clock.monotonicMs();
    if (this.#atWork < readsAtWorkMax) this.#atWork += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const isLate = this.#clock.monotonicMs() - fromMs > waitMaxMs;
      return isLate ? fail({ code: 'unavailable' }) : await read();
    } finally {
      this.#release();
    }
  }

  /** Drops the waiting reads of a client that is gone. Their promises never settle. */
  cancelWaiting(): void {
    this.#waiting.length = 0;
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#atWork -= 1;
    else next();
  }
}

/**
 * The limiters over HTTP, one per user for all its connections. The service is not limited: it reads for many users.
 */
export class UserReadLimiters {
  readonly #clock: Clock;
  readonly #limiters = new Map<UserId, ReadLimiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As `ReadLimiter.take`. */
  async take(userId: UserId, read: () => Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
    const limiter = this.#limiters.get(userId) ?? new ReadLimiter(this.#clock);
    this.#limiters.set(userId, limiter);
    try {
      return await limiter.take(read);
    } finally {
      // Only if no newer limiter of this user was created in the meantime.
      if (limiter.isIdle && this.#limiters.get(userId) === limiter) this.#limiters.delete(userId);
    }
  }
}
