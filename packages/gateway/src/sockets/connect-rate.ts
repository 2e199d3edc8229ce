/**
 * Admits the connects of one process at a rate: a burst at once, those above it in line, and who would be too long in line is
 * refused with the time at which there is room again. So after the loss of a node the others serve the clients that they
 * have, while those of the lost node come back one after the other.
 *
 * A token bucket, kept as the time at which the next token is due. Nothing runs while no client connects.
 */
import type { Clock } from '@plenum/core';

/** How long a connect waits in line at most, ms: below the time limits of clients (20 s) and of a handshake (10 s). */
const inLineMaxMs = 5000;
/** The longest pause that a refusal names, before it is spread, ms. */
const pauseMaxMs = 30_000;

export interface ConnectRateDeps {
  /** Connects per second; 0: no limit. */
  readonly ratePerSec: number;
  /** Connects that are admitted at once after a quiet time; at least 1. */
  readonly burst: number;
  readonly clock: Clock;
  /** Random, at least 0 and below 1. */
  readonly fraction: () => number;
}

/** A connect is admitted after a pause, or may ask again after one. */
export type ConnectTurn = { readonly waitMs: number } | { readonly retryAfterMs: number };

export class ConnectRate {
  readonly #deps: ConnectRateDeps;
  readonly #perConnectMs: number;
  /** When the next token is due. */
  #dueMs = Number.NEGATIVE_INFINITY;
  /** When the next one of those that were refused has room. */
  #roomMs = Number.NEGATIVE_INFINITY;

  constructor(deps: ConnectRateDeps) {
    this.#deps = deps;
    this.#perConnectMs = deps.ratePerSec === 0 ? 0 : 1000 / deps.ratePerSec;
  }

  /** Takes a place in line, or none. */
  take(): ConnectTurn {
    if (this.#perConnectMs === 0) return { waitMs: 0 };
    const { clock, burst } = this.#deps;
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(this.#dueMs, nowMs - (burst - 1) * this.#perConnectMs);
    const waitMs = Math.max(0, turnMs - nowMs);
    if (waitMs > inLineMaxMs) return { retryAfterMs: this.#pause(nowMs, waitMs) };
    this.#dueMs = turnMs + this.#perConnectMs;
    return { waitMs };
  }

  /** Resolves with true in its turn, and with the pause, ms, if the line is too long. */
  async admit(): Promise<true | number> {
    const turn = this.take();
    if ('retryAfterMs' in turn) return turn.retryAfterMs;
    const { waitMs } = turn;
    if (waitMs > 0) await new Promise<void>((resolve) => this.#deps.clock.after(waitMs, resolve));
    return true;
  }

  /**
   * Each refused client gets a later time than the one before, at the rate, and up to a quarter more at random: they come back
   * as they can be admitted, not together.
   */
  #pause(nowMs: number, waitMs: number): number {
    this.#roomMs = Math.max(this.#roomMs + this.#perConnectMs, nowMs + waitMs);
    const pauseMs = Math.min(pauseMaxMs, this.#roomMs - nowMs);
    return Math.ceil(pauseMs * (1 + this.#deps.fraction() / 4));
  }
}
