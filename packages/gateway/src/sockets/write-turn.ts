/**
 * The end of a turn of the event loop, when what was gathered in it is written. Answers are held back until then, so that
 * a sender gets his ack and his own copy in one write; the order of the packets stays.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { unread } from './unread.ts';

export interface Line {
  readonly conn: Socket['conn'];
  /** Below the WebSocket. */
  readonly tcp: TcpSocket;
}

const lines = new WeakMap<Socket['conn'], Line>();

/** The line of a socket's connection; remembered, because the request that names its TCP socket is let go of. */
export function lineOf({ conn, request }: Socket): Line {
  const known = lines.get(conn);
  if (known !== undefined) return known;
  const line = { conn, tcp: request.socket };
  lines.set(conn, line);
  conn.once('close', () => unread.add(line.tcp));
  return line;
}

class WriteTurn {
  readonly #held = new Set<Line>();
  #flushes: (() => void)[] = [];
  #isPlanned = false;

  /** Runs `flush` at the end of this turn, once for each call, before the held lines are let go. */
  beforeEnd(flush: () => void): void {
    this.#flushes.push(flush);
    this.#plan();
  }

  /** What is written to the line from here on waits in Engine.IO's own queue until the turn ends. */
  hold(line: Line): void {
    const { transport, upgrading } = line.conn;
    // A transport that is busy queues by itself, and long polling has no use for it.
    if (!transport.writable || upgrading || transport.name !== 'websocket') return;
    transport.writable = false;
    this.#held.add(line);
    this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => this.#end());
  }

  #end(): void {
    this.#isPlanned = false;
    const flushes = this.#flushes;
    this.#flushes = [];
    try {
      for (const flush of flushes) flush();
    } finally {
      for (const line of this.#held) release(line);
      this.#held.clear();
    }
  }
}

/** The transport takes all that waits; the cork makes one write of it. */
function release({ conn, tcp }: Line): void {
  const { transport } = conn;
  tcp.cork();
  transport.writable = true;
  transport.emit('ready');
  tcp.uncork();
}

/** There is one event loop, so there is one end of its turn. */
export const writeTurn = new WriteTurn();
