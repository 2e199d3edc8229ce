/**
 * Writes at the end of a tick of the event loop everything that the tick produced. Answers wait until then, so that a
 * sender gets its ack and its own copy in one write; the order of the packets stays.
 */
import { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { sharedListener } from '../shared-listener.ts';
import type { Outbound } from './outbound.ts';
import type { UnreadBudget } from './unread-budget.ts';

export interface Line {
  readonly conn: Socket['conn'];
  /** The TCP socket below the WebSocket; null on long polling, where each request may come on another one. */
  tcp: TcpSocket | null;
  /** Counts what waits for the client. */
  outbound: Outbound;
  readonly budget: UnreadBudget;
  /** Too much waits for a client that may not read: it is looked at again two ticks later. */
  isSuspect: boolean;
}

const lines = new WeakMap<Socket['conn'], Line>();

const onClose = sharedListener((conn: Socket['conn']) => {
  const line = lines.get(conn);
  line?.budget.giveUp(line.outbound);
});

/** The line of a socket's connection. The connection may begin as long polling and become a WebSocket. */
export function lineOf({ conn, handshake }: Socket, budget: UnreadBudget): Line {
  const known = lines.get(conn);
  if (known !== undefined) return known;
  const tcp = tcpBelow(conn.transport);
  const outbound = tcp === null ? budget.ofPolling(handshake.address) : budget.of(tcp);
  const line: Line = { conn, tcp, outbound, budget, isSuspect: false };
  lines.set(conn, line);
  if (line.tcp === null) {
    conn.on('upgrade', (transport) => {
      line.tcp = tcpBelow(transport);
      if (line.tcp === null) return;
      const before = line.outbound;
      line.outbound = budget.of(line.tcp);
      line.outbound.inherit(before);
      budget.giveUp(before);
    });
  }
  conn.on('close', onClose);
  return line;
}

/** Finds the TCP socket, which neither the transport nor ws exposes; a contract test pins where it is. */
export function tcpBelow(transport: Line['conn']['transport']): TcpSocket | null {
  if (transport.name !== 'websocket') return null;
  const webSocket: unknown = Reflect.get(transport, 'socket');
  const tcp: unknown = Reflect.get(Object(webSocket), '_socket');
  return tcp instanceof TcpSocket ? tcp : null;
}

class TickFlush {
  readonly #held = new Set<Line>();
  #flushes: (() => void)[] = [];
  #isPlanned = false;

  /** Runs `flush` at the end of this tick, once for each call, before the held lines are released. */
  schedule(flush: () => void): void {
    this.#flushes.push(flush);
    this.#plan();
  }

  /** Holds the line: later writes wait in the queue of Engine.IO until the tick ends. */
  hold(line: Line): void {
    const { transport, upgrading } = line.conn;
    // A busy transport already queues. Long polling is not held: it writes one response per poll.
    if (!transport.writable || upgrading || transport.name !== 'websocket') return;
    transport.writable = false;
    this.#held.add(line);
    this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#isPlanned = false;
    const flushes = this.#flushes;
    this.#flushes = [];
    try {
      for (const flush of flushes) flush();
    } finally {
      for (const line of this.#held) release(line);
      this.#held.clear();
    }
  };
}

/** Releases a line: its transport takes everything that waits. */
function release({ conn: { transport } }: Line): void {
  transport.writable = true;
  transport.emit('ready');
}

/** One instance per process, because there is one event loop. */
export const tickFlush = new TickFlush();
