/**
 * Counts the bytes that wait for the peer of one connection: in the queue of Engine.IO, in ws, in the stream of the
 * TCP socket and in libuv below it. Counting costs one addition per write; everything else is checked a few times a
 * second.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { UserId } from '@plenum/protocol';
import type { Waiting } from './worst-first.ts';

/** A peer that has taken next to nothing for this long counts as not reading, ms. */
export const stallMs = 1000;
/** A peer makes progress within one large write only when it takes at least this many bytes. */
const leastProgress = 16 * 1024;

export interface OutboundListener {
  /** Bytes wait for a peer for which nothing waited. */
  onWaiting(outbound: Outbound): void;
  /** Bytes were added. */
  onBytes(bytes: number): void;
}

export class Outbound implements Waiting {
  /** Null on long polling: each request may come on another TCP connection. */
  readonly tcp: TcpSocket | null;
  userId: UserId | null = null;
  address: string;
  /** Closes the connection above TCP, with a reason for its client if possible. */
  device: { cut(): void } | null = null;
  isWaiting = false;
  isGivenUp = false;
  /** When it was given up, or began to wait, on the monotonic clock. */
  sinceMs = 0;
  /** Bytes that count against the limits, as of the last check. */
  bytes = 0;
  isRipe = false;
  readonly #listener: OutboundListener;
  #queuedBytes = 0;
  #queuedEntries = 0;
  /** Queued bytes that were encoded for this peer alone. Shared bytes take memory once for all their connections. */
  #ownQueued = 0;
  #ownTaken = 0;
  #progressMs = 0;
  #sent = 0;
  #left = 0;

  constructor(tcp: TcpSocket | null, address: string, listener: OutboundListener) {
    this.tcp = tcp;
    this.address = address;
    this.#listener = listener;
  }

  /** Bytes that the transport has not taken yet: answers, pushes and entries. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get queuedEntries(): number {
    return this.#queuedEntries;
  }

  get unreadBytes(): number {
    return this.#queuedBytes + (this.tcp?.writableLength ?? 0);
  }

  /** A number that changes whenever the peer takes something. */
  get taking(): number {
    return this.tcp === null
      ? this.#sent
      : this.tcp.bytesWritten - this.tcp.writableLength - queuedBelow(this.tcp);
  }

  /** Counts queued bytes. @param isOwn no other connection has the same bytes */
  count(bytes: number, entries: number, isOwn: boolean): void {
    this.#queuedBytes += bytes;
    this.#queuedEntries += entries;
    if (isOwn) this.#ownQueued += bytes;
    this.wrote(isOwn ? bytes : 0);
  }

  /** The transport took everything that was queued. */
  taken(): void {
    this.#ownTaken += this.#ownQueued;
    this.discardQueue();
    if (this.tcp === null) {
      this.#ownTaken = 0;
      this.#sent += 1;
    }
  }

  /** Drops what the transport has not taken, because the transport is gone. */
  discardQueue(): void {
    this.#ownQueued = 0;
    this.#queuedBytes = 0;
    this.#queuedEntries = 0;
  }

  /** Takes over queue, user and `onCut`, when a connection continues with another transport. */
  inherit(before: Outbound): void {
    this.userId = before.userId;
    this.address = before.address;
    this.device = before.device;
    this.count(before.queuedBytes, before.queuedEntries, true);
  }

  /**
   * Counts bytes that go straight into the TCP socket, without the queue. Does nothing after the socket was
   * destroyed.
   */
  wrote(bytes: number): void {
    if (this.tcp?.destroyed === true) return;
    if (!this.isWaiting) this.#listener.onWaiting(this);
    this.#listener.onBytes(bytes);
  }

  /** Bytes begin to wait for the peer. */
  begin(nowMs: number): void {
    this.isWaiting = true;
    this.sinceMs = nowMs;
    this.#progressMs = nowMs;
  }

  /**
   * Checks the connection. @param isRipe decides from two times, ms: how long the peer has taken nothing, and how
   * long bytes wait
   * @returns how long the peer has taken nothing, ms; null: nothing waits
   */
  look(nowMs: number, isRipe: (stalledMs: number, waitedMs: number) => boolean): number | null {
    const held = this.tcp?.writableLength ?? 0;
    const unread = this.#queuedBytes + held;
    if (unread === 0) {
      this.#ownTaken = 0;
      this.bytes = 0;
      return null;
    }
    this.#noteProgress(held, nowMs);
    const stalledMs = nowMs - this.#progressMs;
    this.#ownTaken = Math.min(this.#ownTaken, held);
    const own = this.device === null ? held : this.#ownQueued + this.#ownTaken;
    this.bytes = this.isGivenUp || stalledMs >= stallMs ? unread : own;
    this.isRipe = isRipe(stalledMs, nowMs - this.sinceMs);
    return stalledMs;
  }

  /**
   * Notes whether the peer took bytes. Within one large write only libuv knows how much has left; a TLS socket may
   * not report it.
   */
  #noteProgress(held: number, nowMs: number): void {
    if (this.tcp !== null) {
      const sent = this.tcp.bytesWritten - held;
      const left = queuedBelow(this.tcp);
      const hasMoved = sent !== this.#sent || left > this.#left || left <= this.#left - leastProgress;
      if (!hasMoved) return;
      this.#sent = sent;
      this.#left = left;
    } else if (this.#sent === this.#left) return;
    else this.#left = this.#sent;
    this.#progressMs = nowMs;
  }
}

function queuedBelow(tcp: TcpSocket): number {
  const handle: unknown = Reflect.get(tcp, '_handle');
  const size: unknown =
    typeof handle === 'object' && handle !== null && Reflect.get(handle, 'writeQueueSize');
  return typeof size === 'number' ? size : 0;
}
