/** The line of a connection: its TCP socket, what waits for its client, and what its next write gathers. */
import { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { sharedListener } from '../shared-listener.ts';
import type { Gathered } from './gathered.ts';
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
  /** What this tick gathered for one write; null: nothing. */
  gathered: Gathered | null;
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
  const line: Line = { conn, tcp, outbound, budget, isSuspect: false, gathered: null };
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
