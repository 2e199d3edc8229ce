/**
 * Limits the memory that a node spends on peers that do not read. It counts every connection of its ports, WebSockets
 * and HTTP answers. Above a limit, the worst connection is cut first. A peer that reads is not cut, however much it
 * got, unless the whole process has no room left and its connection has waited for long.
 */
import type { Socket as TcpSocket } from 'node:net';
import { type Clock, emitTelemetry, type Logger, runLoop } from '@plenum/core';
import { sharedListener } from '../shared-listener.ts';
import { Outbound, type OutboundListener, stallMs } from './outbound.ts';
import { noUnread, sumsOf, type UnreadSharing, type UnreadSums } from './unread-sums.ts';
import { type CutScope, type UnreadBounds, worstFirst } from './worst-first.ts';

/** The default limit of the process: far less than a small heap. */
export const defaultMaxUnreadBytes = 64 * 1024 * 1024;
const lookEveryMs = 250;
/** While reads of others wait for room, a connection that has waited this long is cut even if its peer reads, ms. */
const longWaitMs = 5000;
/** A peer that reads nothing for this long while bytes wait is gone or harmful, and is cut, ms. */
const writeTimeoutMs = 30_000;
/**
 * How long a closed connection lives on, ms: a client that reads again within this time gets the bytes that are on
 * their way, and the reason.
 */
const farewellMs = 30_000;
/** The same for a connection without an admitted user. */
const strangerFarewellMs = 1000;
/** At most one log line in this time, ms. */
const logEveryMs = 1000;

/** Derives all limits from one number: an address has half of it, a user a quarter, a connection an eighth. */
export const boundsOf = (maxUnreadBytes: number): UnreadBounds => ({
  perConnection: maxUnreadBytes / 8,
  perUser: maxUnreadBytes / 4,
  perAddress: maxUnreadBytes / 2,
  perProcess: maxUnreadBytes,
});

interface UnreadBudgetDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bounds: UnreadBounds;
  /** Absent: no other process shares the bounds. */
  readonly sharing?: UnreadSharing;
}

export class UnreadBudget implements OutboundListener {
  readonly #options: UnreadBudgetDeps;
  readonly #stopped = new AbortController();
  readonly #ofTcp = new WeakMap<TcpSocket, Outbound>();
  readonly #onClose = sharedListener((tcp: TcpSocket) => {
    const outbound = this.#ofTcp.get(tcp);
    if (outbound !== undefined) this.#forget(outbound);
  });
  readonly #waiting = new Set<Outbound>();
  readonly #onCapacity: (() => void)[] = [];
  #bytes = 0;
  #bytesSinceLook = 0;
  /** When the last check found room, on the monotonic clock. */
  #fullSinceMs = 0;
  #isLookPlanned = false;
  #cutsUntold = 0;
  #lastCut: object = {};
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: UnreadBudgetDeps) {
    this.#options = options;
    const { clock, logger } = options;
    const { signal } = this.#stopped;
    runLoop('unread bytes', async () => this.look(), { clock, logger, everyMs: lookEveryMs, signal });
  }

  /** The counter of a TCP connection, from its first moment to its end. */
  of(tcp: TcpSocket): Outbound {
    const known = this.#ofTcp.get(tcp);
    if (known !== undefined) return known;
    const made = new Outbound(tcp, tcp.remoteAddress ?? 'unknown', this);
    this.#ofTcp.set(tcp, made);
    tcp.on('close', this.#onClose);
    return made;
  }

  /** The counter of a long-polling connection; the TCP connections of its requests have counters of their own. */
  ofPolling(address: string): Outbound {
    return new Outbound(null, address, this);
  }

  /** Bytes that wait for peers: those that the last check found, and those written since. */
  get bytes(): number {
    return this.#bytes + this.#bytesSinceLook;
  }

  /** True if there is room for another answer of any size. */
  get hasCapacity(): boolean {
    return this.#allBytes < this.#options.bounds.perProcess;
  }

  /** Those of the other processes under the same bounds too. */
  get #allBytes(): number {
    return this.bytes + this.#others.bytes;
  }

  get #others(): UnreadSums {
    return this.#options.sharing?.others() ?? noUnread;
  }

  /** Calls back once when there is room again. */
  whenCapacity(resume: () => void): void {
    this.#onCapacity.push(resume);
  }

  onWaiting(outbound: Outbound): void {
    outbound.begin(this.#options.clock.monotonicMs());
    this.#waiting.add(outbound);
  }

  onBytes(bytes: number): void {
    this.#bytesSinceLook += bytes;
    const { bounds, sharing } = this.#options;
    const fewBytes = bounds.perProcess / 8 / (sharing?.workers ?? 1);
    if (this.#bytesSinceLook < fewBytes || this.#isLookPlanned) return;
    this.#isLookPlanned = true;
    setImmediate(() => {
      if (!this.#stopped.signal.aborted) this.look();
    });
  }

  /**
   * Call it when this node has closed a connection whose peer has not read everything. The node stops reading from
   * the connection until the peer has taken all bytes, because the peer might keep writing. Waiting bytes count until
   * the connection is gone.
   */
  giveUp(outbound: Outbound): void {
    const { tcp } = outbound;
    outbound.discardQueue();
    if (tcp === null) this.#forget(outbound);
    if (tcp === null || tcp.destroyed || tcp.writableLength === 0 || outbound.isGivenUp) return;
    outbound.isGivenUp = true;
    outbound.device = { cut: () => tcp.destroy() };
    if (!outbound.isWaiting) this.onWaiting(outbound);
    outbound.sinceMs = this.#options.clock.monotonicMs();
    if (!tcp.writable) return;
    tcp.pause();
    tcp.write('', () => tcp.resume());
  }

  /** Checks all connections: every 250 ms, and at once when much was written. */
  look(): void {
    this.#isLookPlanned = false;
    const { clock, bounds } = this.#options;
    const nowMs = clock.monotonicMs();
    const isInDanger = this.#allBytes > 2 * bounds.perProcess;
    if (this.hasCapacity) this.#fullSinceMs = nowMs;
    const isPressed = nowMs - this.#fullSinceMs >= stallMs;
    const isRipe = (stalledMs: number, waitedMs: number) =>
      stalledMs >= (isInDanger ? lookEveryMs : stallMs) || (isPressed && waitedMs >= longWaitMs);
    this.#bytes = 0;
    this.#bytesSinceLook = 0;
    for (const outbound of this.#waiting) {
      const stalledMs = outbound.look(nowMs, isRipe);
      this.#bytes += outbound.bytes;
      if (stalledMs === null) this.#rest(outbound);
      else if (isOver(outbound, stalledMs, nowMs)) this.#cut(outbound, 'time');
    }
    // Usually little waits, however many connections there are: below the smallest limit no connection can be over
    // one.
    if (this.#allBytes > bounds.perConnection)
      for (const { of, scope } of worstFirst([...this.#waiting], bounds, this.#others)) this.#cut(of, scope);
    this.#report();
    this.#tellCuts(nowMs);
    if (this.hasCapacity) for (const resume of this.#onCapacity.splice(0)) resume();
  }

  stop(): void {
    this.#stopped.abort();
    for (const resume of this.#onCapacity.splice(0)) resume();
  }

  /** Small sums are left out: all processes together miss at most an eighth of what one user may hold. */
  #report(): void {
    const { sharing, bounds } = this.#options;
    if (sharing === undefined) return;
    const smallest = bounds.perUser / 8 / sharing.workers;
    sharing.report(this.#bytes < smallest ? noUnread : sumsOf(this.#waiting, this.#bytes, smallest));
  }

  /** Nothing waits for the peer: the connection is not checked. */
  #rest(outbound: Outbound): void {
    outbound.isWaiting = false;
    this.#waiting.delete(outbound);
  }

  #forget(outbound: Outbound): void {
    if (this.#waiting.has(outbound)) this.#bytes = Math.max(0, this.#bytes - outbound.bytes);
    outbound.bytes = 0;
    this.#rest(outbound);
  }

  #cut(outbound: Outbound, scope: CutScope): void {
    const { userId, address, tcp, unreadBytes } = outbound;
    const door = outbound.device === null ? 'http' : 'socket';
    if (!outbound.isGivenUp) {
      emitTelemetry('unread_cut', { userId, address, scope, door, bytes: unreadBytes });
      this.#cutsUntold += 1;
      this.#lastCut = { user: userId, address, scope, door, bytes: unreadBytes };
    }
    if (outbound.device === null) tcp?.destroy();
    else outbound.device.cut();
    if (!outbound.isGivenUp) this.#forget(outbound);
  }

  #tellCuts(nowMs: number): void {
    if (this.#cutsUntold === 0 || nowMs - this.#toldMs < logEveryMs) return;
    this.#options.logger.warn(
      { ...this.#lastCut, cuts: this.#cutsUntold },
      'connections that do not read were cut; the last one is named',
    );
    this.#toldMs = nowMs;
    this.#cutsUntold = 0;
  }
}

function isOver(outbound: Outbound, stalledMs: number, nowMs: number): boolean {
  if (!outbound.isGivenUp) return stalledMs >= writeTimeoutMs;
  return nowMs - outbound.sinceMs >= (outbound.userId === null ? strangerFarewellMs : farewellMs);
}
