/**
 * Admits the connects of one process at a rate: a burst at once, those above it in line, and one for which the line is too long is
 * refused with the time at which there is room again. So after the loss of a node the others serve the clients that they
 * have, while those of the lost node come back one after the other.
 *
 * A token bucket, kept as the time at which the next token is due, and a line before it. A connect takes its token when its
 * turn comes, so one that goes away while it is in line takes none. Nothing runs while no client connects.
 */
import type { EventEmitter } from 'node:events';
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

/** A connect is admitted, went away while it was in line, or may ask again after a pause. */
export type ConnectTurn = 'admitted' | 'gone' | { readonly retryAfterMs: number };

export class ConnectRate {
  readonly #deps: ConnectRateDeps;
  readonly #perConnectMs: number;
  /** Those in line, in the order in which they came; each is called in its turn. */
  readonly #line = new Set<() => void>();
  #cancelNext: () => void = () => {};
  /** When the next token is due. */
  #dueMs = Number.NEGATIVE_INFINITY;
  /** When the next one of those that were refused has room. */
  #roomMs = Number.NEGATIVE_INFINITY;

  constructor(deps: ConnectRateDeps) {
    this.#deps = deps;
    this.#perConnectMs = deps.ratePerSec === 0 ? 0 : 1000 / deps.ratePerSec;
  }

  /** Connects in line. */
  get waiting(): number {
    return this.#line.size;
  }

  /** Takes nothing. @returns the pause after which there is room in line, ms; null: there is room */
  pauseNow(): number | null {
    const waitMs = this.#waitMs();
    return waitMs > inLineMaxMs ? this.#spread(Math.min(pauseMaxMs, waitMs)) : null;
  }

  /** @param conn leaves the line when it emits `close` */
  admit(conn: Pick<EventEmitter, 'once' | 'off'>): ConnectTurn | Promise<ConnectTurn> {
    const waitMs = this.#waitMs();
    if (waitMs > inLineMaxMs) return { retryAfterMs: this.#nextPause(waitMs) };
    if (waitMs > 0 || this.#line.size > 0) return this.#inLine(conn);
    this.#takeToken();
    return 'admitted';
  }

  /** How long a connect would wait that asks now. */
  #waitMs(): number {
    if (this.#perConnectMs === 0) return 0;
    const leftMs = this.#dueMs - this.#deps.clock.monotonicMs();
    return Math.max(0, leftMs + this.#line.size * this.#perConnectMs);
  }

  #takeToken(): void {
    const { clock, burst } = this.#deps;
    const fullMs = clock.monotonicMs() - (burst - 1) * this.#perConnectMs;
    this.#dueMs = Math.max(this.#dueMs, fullMs) + this.#perConnectMs;
  }

  #inLine(conn: Pick<EventEmitter, 'once' | 'off'>): Promise<ConnectTurn> {
    return new Promise((resolve) => {
      const onTurn = () => {
        conn.off('close', onGone);
        resolve('admitted');
      };
      const onGone = () => {
        this.#line.delete(onTurn);
        if (this.#line.size === 0) this.#cancelNext();
        resolve('gone');
      };
      conn.once('close', onGone);
      this.#line.add(onTurn);
      if (this.#line.size === 1) this.#awaitToken();
    });
  }

  #awaitToken(): void {
    const { clock } = this.#deps;
    const leftMs = Math.max(0, this.#dueMs - clock.monotonicMs());
    this.#cancelNext = clock.after(leftMs, () => this.#serve());
  }

  /** Admits those whose token is there. */
  #serve(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const onTurn of this.#line) {
      if (this.#dueMs > nowMs) break;
      this.#line.delete(onTurn);
      this.#takeToken();
      onTurn();
    }
    if (this.#line.size > 0) this.#awaitToken();
  }

  /**
   * Each refused client gets a later time than the one before, at the rate: they come back as they can be admitted, not
   * together.
   */
  #nextPause(waitMs: number): number {
    const nowMs = this.#deps.clock.monotonicMs();
    this.#roomMs = Math.max(this.#roomMs + this.#perConnectMs, nowMs + waitMs);
    return this.#spread(Math.min(pauseMaxMs, this.#roomMs - nowMs));
  }

  /** Adds up to a quarter at random. */
  #spread(pauseMs: number): number {
    return Math.ceil(pauseMs * (1 + this.#deps.fraction() / 4));
  }
}
