/** Token buckets by name: `burst` tokens at once, then one token per 1000 / `perSec` ms. */
import { ExpiringMap } from './expiring-map.ts';

interface Rate {
  readonly perSec: number;
  readonly burst: number;
}

export class TokenBuckets {
  readonly #msPerToken: number;
  /** A bucket has a token if it is full again at most this long after now, ms. */
  readonly #toleranceMs: number;
  /** The time at which each bucket is full again. Rounding errors do not add up if `1000 / perSec` is a whole number. */
  readonly #fullAtMs: ExpiringMap<string, number>;

  constructor({ perSec, burst }: Rate, nowMs: number) {
    this.#msPerToken = 1000 / perSec;
    this.#toleranceMs = (burst - 1) * this.#msPerToken;
    this.#fullAtMs = new ExpiringMap(nowMs);
  }

  /** Checks without taking a token. @returns 0, or the ms until there is a token (at least 1) */
  missingMs(name: string, nowMs: number): number {
    const missingMs = this.#fullAt(name, nowMs) - nowMs - this.#toleranceMs;
    return missingMs > 0 ? Math.ceil(missingMs) : 0;
  }

  /** Takes one token. @returns 0; or, if nothing was taken, the ms until there is a token (at least 1) */
  take(name: string, nowMs: number): number {
    const missingMs = this.missingMs(name, nowMs);
    if (missingMs > 0) return missingMs;
    const laterMs = this.#fullAt(name, nowMs) + this.#msPerToken;
    this.#fullAtMs.set(name, laterMs, laterMs);
    return 0;
  }

  #fullAt(name: string, nowMs: number): number {
    const fullAtMs = this.#fullAtMs.get(name, nowMs) ?? nowMs;
    // No bucket is further from full, so the clock was stepped back. One token is there: an empty bucket would be refused until the
    // clock has caught up.
    const isStepped = fullAtMs > nowMs + this.#toleranceMs + 2 * this.#msPerToken;
    return isStepped ? nowMs + this.#toleranceMs : fullAtMs;
  }

  sweep(nowMs: number): void {
    this.#fullAtMs.sweep(nowMs);
  }
}
