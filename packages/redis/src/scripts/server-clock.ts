/**
 * Redis' clock as this node knows it: the time in every reply bounds how far it is from the node's own monotonic clock.
 * In a Cluster each server has its own; the clock itself then follows whichever answered last.
 */
import type { Clock } from '@plenum/core';

export class ServerClock {
  readonly #clock: Clock;
  readonly #servers = new Map<string, ServerClock>();
  #offsetMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False until the first reply: before it no deadline can be given. */
  get isKnown(): boolean {
    return this.#offsetMs !== null;
  }

  /** The clock of one server of a Cluster. @param server empty: there is only one, and this is its clock */
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

  /** Redis' time now, in whole ms, as far as replies have told it. */
  nowMs(): number {
    return Math.floor(this.#clock.monotonicMs() + (this.#offsetMs ?? 0));
  }

  /**
   * A reply carries the time at which its script ran: between sending and now. The offset moves only as far as that
   * forces it to, so neither a slow reply nor a busy loop distorts it, and a step of Redis' clock is followed at once.
   */
  observe(redisMs: number, sentAtMs: number): void {
    const leastMs = redisMs - this.#clock.monotonicMs();
    // Redis reports whole ms, rounded down.
    const mostMs = redisMs + 1 - sentAtMs;
    this.#offsetMs = Math.min(Math.max(this.#offsetMs ?? leastMs, leastMs), mostMs);
  }
}
