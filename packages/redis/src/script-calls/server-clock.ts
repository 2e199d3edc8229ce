/**
 * This node's estimate of Redis' clock: its monotonic clock plus an offset, which every reply corrects. In a Cluster each
 * server has its own estimate, and the common one follows the latest reply of any server.
 */
import type { Clock } from '@plenum/core';

export class ServerClock {
  readonly #clock: Clock;
  readonly #servers = new Map<string, ServerClock>();
  #offsetMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False before the first reply; until then no deadline can be computed. */
  get isKnown(): boolean {
    return this.#offsetMs !== null;
  }

  /** @returns the clock of one server of a Cluster; this clock if `server` is empty */
  of(server: string): ServerClock {
    if (server === '') return this;
    const clock = this.#servers.get(server) ?? new ServerClock(this.#clock);
    this.#servers.set(server, clock);
    return clock;
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, task);
  }

  /** The estimated time of Redis now, in whole ms. */
  nowMs(): number {
    return Math.floor(this.#clock.monotonicMs() + (this.#offsetMs ?? 0));
  }

  /**
   * Corrects the offset by a reply, which carries the time at which its script ran: some time between the send and now.
   * The offset moves only as far as this requires. So a slow reply or a busy loop does not distort it, and it follows a
   * step of Redis' clock at once.
   * Example: sent at 100, answered at 104 of the monotonic clock, with Redis' time 5,000: the offset is between 4,896
   * and 4,901.
   */
  observe(redisMs: number, sentAtMs: number): void {
    const leastMs = redisMs - this.#clock.monotonicMs();
    // Redis reports whole ms, rounded down.
    const mostMs = redisMs + 1 - sentAtMs;
    this.#offsetMs = Math.min(Math.max(this.#offsetMs ?? leastMs, leastMs), mostMs);
  }
}
