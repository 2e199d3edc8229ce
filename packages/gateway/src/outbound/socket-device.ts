/** A socket as the domain sees it: somewhere to push to, which can tell when its buffer is empty. */
import { type Device, emitTelemetry, type LogEntry } from '@plenum/core';
import type { PushEvent, PushPayload, UserId } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import { joinPackets, type Packet, preEncoded, takesFrames } from './frame-packets.ts';
import { type Line, lineOf, tickFlush } from './tick-flush.ts';
import type { UnreadBudget } from './unread-budget.ts';

export interface DeviceIdentity {
  readonly userId: UserId;
  readonly isAuto: boolean;
}

/**
 * What may wait for a client that does not read, in bytes of frames and packets, and in entries, an answer or a push
 * counted as one. Above either bound the socket is cut, and the client continues from its own position. Far more than a burst,
 * far less than what a few such clients need to fill the memory.
 *
 * Bytes alone would not tell: beside its own bytes an entry that waits by itself takes 250 to 350 of Engine.IO's packet, its
 * options and a buffer or string, so that 4 MiB of the smallest ones were 30. With both bounds it is less than 7.
 *
 * What the transport has taken does not count here: it is one batch, at most as large again, and no sign of a slow client. A
 * burst lies there until its last byte has left, however fast the client reads. The budget of the process counts it when the
 * client takes nothing for a second.
 */
export const waitingMax = { bytes: 4 * 1024 * 1024, entries: 8192 } as const;

/** So many times as much may wait for a client that is taking it: its machine or this one is slow for a moment. */
const burstFactor = 4;

/** A socket with this much waiting gets no ephemeral push, bytes. */
const whisperWaitingMax = 64 * 1024;

const closing: PushPayload<'closing'> = { code: 'slow_consumer' };
const closingPacket = `2["closing",${JSON.stringify(closing)}]`;

const packetOf = (entry: LogEntry): string =>
  `2["${entry.kind === 'message' ? 'relay_message' : 'group_event'}",${entry.wire.toString('utf8')}]`;

export class SocketDevice implements Device {
  readonly id: string;
  readonly userId: UserId;
  readonly isAuto: boolean;
  readonly #socket: Socket;
  readonly #line: Line;
  #waiting: (() => void)[] = [];
  #isToBeJudged = false;

  /** @param address of the client, behind proxies too */
  constructor(
    socket: Socket,
    { address, ...identity }: DeviceIdentity & { readonly address: string },
    budget: UnreadBudget,
  ) {
    this.id = socket.id;
    this.userId = identity.userId;
    this.isAuto = identity.isAuto;
    this.#socket = socket;
    this.#line = lineOf(socket, budget);
    const { outbound } = this.#line;
    outbound.userId = identity.userId;
    outbound.address = address;
    outbound.onCut = () => this.#cut();
    this.#countOn(socket);
  }

  /** What this node keeps for the client: what waits, and what its TCP socket has not handed to the kernel. */
  get bufferedBytes(): number {
    return this.#line.outbound.unreadBytes;
  }

  /** What is written from here on leaves with the end of the turn, in one write. */
  hold(): void {
    if (this.#socket.connected) tickFlush.hold(this.#line);
  }

  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void {
    if (this.#socket.connected) this.#socket.emit(event, payload);
  }

  /**
   * Writes entries that were encoded once for all sockets: `frames` as it is on a WebSocket, packet by packet on any other
   * transport. A socket that does not read is cut when its bound is reached; it may come back with its position.
   * @param isShared other sockets get the same buffer
   */
  writeFrames(frames: Buffer, entries: readonly LogEntry[], isShared: boolean): void {
    const { conn, connected } = this.#socket;
    if (!connected) return;
    if (takesFrames(conn)) this.#writeEncoded(frames, entries.length, isShared);
    else for (const entry of entries) conn.write(packetOf(entry));
  }

  /** As `writeFrames`, unless something waits already: a push that was true for a moment may be missed. */
  writeVolatile(frames: Buffer, packets: readonly string[]): void {
    const { conn, connected } = this.#socket;
    if (!connected || this.#line.outbound.queuedBytes > whisperWaitingMax) return;
    if (takesFrames(conn)) this.#writeEncoded(frames, packets.length, true);
    else for (const packet of packets) conn.write(packet);
  }

  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#watch();
    });
  }

  /** One packet, however many frames are in it: its announcement says nothing of them. */
  #writeEncoded(frames: Buffer, count: number, isShared: boolean): void {
    this.#count(frames.length, count - 1, !isShared);
    this.#socket.conn.write('', preEncoded(frames));
  }

  /** While the socket lasts: its connection may carry many, one after the other. */
  #countOn(socket: Socket): void {
    const { conn } = socket;
    const onPacket = (packet: { readonly data?: { readonly length: number } }) =>
      this.#count(packet.data?.length ?? 0, 1, true);
    const onFlush = (queue: Packet[]) => {
      this.#line.outbound.taken();
      if (takesFrames(conn)) joinPackets(queue);
    };
    conn.on('packetCreate', onPacket);
    conn.on('flush', onFlush);
    socket.once('disconnect', () => {
      conn.off('packetCreate', onPacket);
      conn.off('flush', onFlush);
    });
  }

  #count(bytes: number, entries: number, isOwn: boolean): void {
    this.#line.outbound.count(bytes, entries, isOwn);
    if (this.#isToBeJudged || !this.#isTooMuch()) return;
    this.#judgeSoon();
  }

  #isTooMuch(factor = 1): boolean {
    const { queuedBytes, queuedEntries } = this.#line.outbound;
    return queuedBytes > factor * waitingMax.bytes || queuedEntries > factor * waitingMax.entries;
  }

  /** @param takingBefore of the last look: a client that takes what it is sent may be given a few times as much at once */
  #judge(takingBefore: number): void {
    this.#isToBeJudged = false;
    if (!this.#isTooMuch()) return;
    const { taking } = this.#line.outbound;
    if (taking === takingBefore || this.#isTooMuch(burstFactor)) this.#cut();
    else this.#judgeSoon();
  }

  /** Not for what one turn of the event loop brings: if the client reads, the transport takes it in the next. */
  #judgeSoon(): void {
    this.#isToBeJudged = true;
    const { taking } = this.#line.outbound;
    setImmediate(() => setImmediate(() => this.#judge(taking)));
  }

  /**
   * What waits in Engine.IO is thrown away. The reason goes past that queue, behind what the transport has taken already:
   * a client that reads on gets all of that, and learns why it ends there.
   */
  #cut(): void {
    const { conn } = this.#socket;
    if (conn.readyState !== 'open') return;
    emitTelemetry('slow_consumer', {
      userId: this.userId,
      bufferedBytes: this.bufferedBytes,
      waitingEntries: this.#line.outbound.queuedEntries,
    });
    if (conn.transport.name === 'websocket') conn.transport.send([{ type: 'message', data: closingPacket }]);
    conn.close(true);
  }

  /** A transport is writable when its last write has left, and the packets queued behind that one are taken at once. */
  #isDrained(): boolean {
    const { conn, connected } = this.#socket;
    return !connected || conn.readyState !== 'open' || conn.transport.writable;
  }

  #watch(): void {
    const { conn } = this.#socket;
    const { transport } = conn;
    const check = () => {
      transport.off('ready', check);
      conn.off('upgrade', check);
      conn.off('close', check);
      if (!this.#isDrained()) {
        this.#watch();
        return;
      }
      const resolved = this.#waiting;
      this.#waiting = [];
      for (const resolve of resolved) resolve();
    };
    transport.on('ready', check);
    conn.on('upgrade', check);
    conn.on('close', check);
  }
}
