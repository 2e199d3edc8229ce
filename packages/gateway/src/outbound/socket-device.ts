/** A socket as the domain's `Device`: it takes pushes, and reports when its buffer is empty. */
import type { Device, DeviceConnection, LogEntry } from '@plenum/core';
import {
  type DeviceTransport,
  deviceTransportSchema,
  type PushEvent,
  type PushPayload,
  type UserId,
} from '@plenum/protocol';
import type { Socket } from 'socket.io';
import { joinPackets, type Packet, preEncoded, takesFrames } from './frame-packets.ts';
import { placeIn } from './frames.ts';
import { type Line, lineOf } from './line.ts';
import { checkSlowConsumer, cutSlowConsumer } from './slow-consumer.ts';
import { tickFlush } from './tick-flush.ts';
import type { UnreadBudget } from './unread-budget.ts';

export interface DeviceIdentity {
  readonly userId: UserId;
  readonly isAuto: boolean;
}

/** A socket with more waiting bytes gets no ephemeral push. */
const volatileWaitingMax = 64 * 1024;

/** Engine.IO has no others. */
const transportOf = (name: string): DeviceTransport =>
  deviceTransportSchema.options.find((known) => known === name) ?? 'websocket';

const eventOf = { message: 'relay_message', event: 'group_event', change: 'message_event' } as const;
const packetOf = (entry: LogEntry, namespace: string): string =>
  `2${placeIn(namespace)}["${eventOf[entry.type]}",${entry.wire.toString('utf8')}]`;

export class SocketDevice implements Device {
  readonly id: string;
  readonly userId: UserId;
  readonly isAuto: boolean;
  readonly #socket: Socket;
  readonly #line: Line;
  /** Callers that wait until the transport has taken everything; null: none. */
  #waiting: (() => void)[] | null = null;
  readonly #onPacket = (packet: { readonly data?: { readonly length: number } }) =>
    this.#count(packet.data?.length ?? 0, 1, true);
  readonly #onFlush = (queue: Packet[]) => {
    this.#line.outbound.taken();
    if (takesFrames(this.#line.conn)) joinPackets(queue);
  };

  /** @param address the client's address, found behind proxies too */
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
    outbound.device = this;
    socket.conn.on('packetCreate', this.#onPacket);
    socket.conn.on('flush', this.#onFlush);
  }

  /** The socket is gone. One connection can carry several sockets, one after the other, and each counts for itself. */
  end(): void {
    this.#socket.conn.off('packetCreate', this.#onPacket);
    this.#socket.conn.off('flush', this.#onFlush);
  }

  /** The client does not read, and too much waits for it. */
  cut(): void {
    cutSlowConsumer(this.#line, this);
  }

  get namespace(): string {
    return this.#socket.nsp.name;
  }

  connection(): DeviceConnection {
    const { conn, handshake } = this.#socket;
    return {
      transport: transportOf(conn.transport.name),
      sinceMs: handshake.issued,
      address: this.#line.outbound.address || null,
    };
  }

  /** Bytes that this node keeps for the client: queued, or not handed to the kernel yet. */
  get bufferedBytes(): number {
    return this.#line.outbound.unreadBytes;
  }

  /** Holds all later writes until the end of the tick, when they leave as one write. */
  hold(): void {
    if (this.#socket.connected) tickFlush.hold(this.#line);
  }

  /** Writes a packet of Socket.IO at the end of the tick. */
  writeHeld(packet: string): void {
    if (tickFlush.gather(this.#line, packet)) {
      this.#count(packet.length, 1, true);
      return;
    }
    this.hold();
    this.#socket.conn.write(packet);
  }

  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void {
    if (this.#socket.connected) this.#socket.emit(event, payload);
  }

  /**
   * Writes entries that were encoded once for all sockets: `frames` unchanged on a WebSocket, packet by packet on any
   * other transport. A socket that does not read is cut at its limit; it may come back with its position.
   * @param isShared other sockets get the same buffer
   */
  writeFrames(frames: Buffer, entries: readonly LogEntry[], isShared: boolean): void {
    const { conn, connected } = this.#socket;
    if (!connected) return;
    if (takesFrames(conn)) this.#writeEncoded(frames, entries.length, isShared);
    else for (const entry of entries) conn.write(packetOf(entry, this.namespace));
  }

  /** False if more than 64 KiB wait: an ephemeral push is dropped. */
  get takesVolatile(): boolean {
    return this.#socket.connected && this.#line.outbound.queuedBytes <= volatileWaitingMax;
  }

  /** As `writeFrames`, but drops the push if the socket takes none. */
  writeVolatile(frames: Buffer, packets: readonly string[]): void {
    const { conn } = this.#socket;
    if (!this.takesVolatile) return;
    if (takesFrames(conn)) this.#writeEncoded(frames, packets.length, true);
    else for (const packet of packets) conn.write(packet);
  }

  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting ??= [];
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#watch();
    });
  }

  /**
   * All frames leave with the others of the tick, or as one Engine.IO packet. `packetCreate` counts that packet as one entry of 0 bytes, so the rest
   * is counted here.
   */
  #writeEncoded(frames: Buffer, count: number, isShared: boolean): void {
    if (tickFlush.gather(this.#line, frames)) {
      this.#count(frames.length, count, !isShared);
      return;
    }
    this.#count(frames.length, count - 1, !isShared);
    this.#socket.conn.write('', preEncoded(frames));
  }

  #count(bytes: number, entries: number, isOwn: boolean): void {
    this.#line.outbound.count(bytes, entries, isOwn);
    checkSlowConsumer(this.#line, this);
  }

  /** True if the transport is writable: its last write has left, and it takes queued packets at once. */
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
      const resolved = this.#waiting ?? [];
      this.#waiting = null;
      for (const resolve of resolved) resolve();
    };
    transport.on('ready', check);
    conn.on('upgrade', check);
    conn.on('close', check);
  }
}
