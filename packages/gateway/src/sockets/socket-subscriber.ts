/** A socket as the domain sees it: somewhere to push to, which can tell when its buffer is empty. */
import type { Subscriber } from '@plenum/core';
import type { PushEvent, PushPayload, UserId } from '@plenum/protocol';
import type { Socket } from 'socket.io';

export interface Device {
  readonly userId: UserId;
  readonly isAuto: boolean;
}

export class SocketSubscriber implements Subscriber {
  readonly id: string;
  readonly userId: UserId;
  readonly isAuto: boolean;
  readonly #socket: Socket;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, device: Device) {
    this.id = socket.id;
    this.userId = device.userId;
    this.isAuto = device.isAuto;
    this.#socket = socket;
  }

  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void {
    if (this.#socket.connected) this.#socket.emit(event, payload);
  }

  /** @param packet an encoded Socket.IO packet of the namespace `/`. */
  write(packet: string): void {
    if (this.#socket.connected) this.#socket.conn.write(packet);
  }

  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#watch();
    });
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
