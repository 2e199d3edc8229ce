import type { Clock, DurabilityClass } from '@plenum/core';
import type { RedisClient } from '../connections/client.ts';
import { readDurability } from './durability.ts';

/** Probes ask every second; a failover or CONFIG SET changes the answer rarely. */
const freshMs = 30_000;

/** The durability class as it was at most 30 s ago. */
export class DurabilityReading {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  #reading: { readonly atMs: number; readonly answer: Promise<DurabilityClass> } | null = null;

  constructor(redis: RedisClient, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Never rejects: a Redis that does not tell is `unknown`, and asked again the next time. */
  async current(): Promise<DurabilityClass> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#reading === null || nowMs - this.#reading.atMs > freshMs) {
      // Without a connection the question would wait for one.
      if (this.#redis.status !== 'ready') return 'unknown';
      this.#reading = { atMs: nowMs, answer: readDurability(this.#redis) };
    }
    const answer = await this.#reading.answer;
    if (answer === 'unknown') this.#reading = null;
    return answer;
  }
}
