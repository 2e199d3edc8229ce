/**
 * What waits for the peer of one connection, wherever it waits: in the queue of Engine.IO, in ws, in the stream of the TCP
 * socket and in libuv below it. Counting costs an addition for each write; the rest is looked at a few times a second.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { UserId } from '@plenum/protocol';
import type { Waiting } from './worst-first.ts';

/** A peer that has taken next to nothing for this long does not read, ms. */
export const stallMs = 1000;
/** A peer makes progress within one large write only when it takes at least this many bytes. */
const leastProgress = 16 * 1024;

export interface OutboundListener {
  /** Something waits again, where nothing did. */
  onWaiting(outbound: Outbound): void;
  /** Bytes were added. */
  onBytes(bytes: number): void;
}

export class Outbound implements Waiting {
  /** Null on long polling, where each request comes on whichever TCP socket its sender has free. */
  readonly tcp: TcpSocket | null;
  userId: UserId | null = null;
  address: string;
  /** Ends the connection above TCP, with a reason for its client if possible; null: it carries HTTP. */
  device: { cut(): void } | null = null;
  isWaiting = false;
  isGivenUp = false;
  /** When it was given up, or began to wait. */
  sinceMs = 0;
  /** As the last look found it: what counts against the bounds. */
  bytes = 0;
  isRipe = false;
  readonly #listener: OutboundListener;
  #queuedBytes = 0;
  #queuedEntries = 0;
  /** Of the queued bytes: made for this peer alone. What is shared with others takes memory once for all of them. */
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

  /** What the transport has not taken yet, of answers, pushes and entries alike. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get queuedEntries(): number {
    return this.#queuedEntries;
  }

  get unreadBytes(): number {
    return this.#queuedBytes + (this.tcp?.writableLength ?? 0);
  }

  /** Differs from an earlier one when the peer has taken something meanwhile. */
  get taking(): number {
    return this.tcp === null
      ? this.#sent
      : this.tcp.bytesWritten - this.tcp.writableLength - queuedBelow(this.tcp);
  }

  /** @param isOwn no other connection holds the same bytes */
  count(bytes: number, entries: number, isOwn: boolean): void {
    this.#queuedBytes += bytes;
    this.#queuedEntries += entries;
    if (isOwn) this.#ownQueued += bytes;
    this.wrote(isOwn ? bytes : 0);
  }

  /** The transport took all that was queued. */
  taken(): void {
    this.#ownTaken += this.#ownQueued;
    this.discardQueue();
    if (this.tcp === null) {
      this.#ownTaken = 0;
      this.#sent += 1;
    }
  }

  /** The transport is gone, and what it has not taken with it. */
  discardQueue(): void {
    this.#ownQueued = 0;
    this.#queuedBytes = 0;
    this.#queuedEntries = 0;
  }

  /** The connection continues as this one: its queue, its user, its end. */
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

  /** Begins to wait. */
  begin(nowMs: number): void {
    this.isWaiting = true;
    this.sinceMs = nowMs;
    this.#progressMs = nowMs;
  }

  /**
   * @param isRipe by how long the peer has taken nothing, and how long something waits, ms
   * @returns how long nothing was taken by the peer, ms; null: nothing waits.
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

  /** Within one large write only libuv knows how much has left; a TLS socket may not tell. */
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
