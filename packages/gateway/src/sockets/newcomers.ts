/**
 * Watches connections whose user is not admitted yet. Such a connection may send one packet, a CONNECT, and is
 * refused once; anything else closes it, so a peer without a token cannot make this node write again and again.
 */
import type { Failure } from '@plenum/protocol';
import type { Server, Socket } from 'socket.io';
import { whenKnown } from './connection-limits.ts';
import { closeForNow, closesConnection, connectErrorPacket, countRefusal } from './handshake-refusal.ts';
import type { Seats } from './seats.ts';

type Conn = Socket['conn'];

const tooMany: Failure = { code: 'too_many_connections' };
/**
 * A CONNECT packet to `/`, named or left out, or to our namespace. Where that is another one than `/`, a client of `/`
 * is refused with a reason.
 */
const isConnectTo = (namespace: string, packet: string): boolean =>
  /^0(?:\/,|(?!\/))/.test(packet) || packet === `0${namespace}` || packet.startsWith(`0${namespace},`);

export class Newcomers {
  readonly #seats: Seats;
  readonly #namespace: string;
  readonly #watched = new WeakMap<Conn, (data: unknown) => void>();

  constructor(seats: Seats, namespace: string) {
    this.#seats = seats;
    this.#namespace = namespace;
  }

  /** Watches our own server only: connections to the caller's server may carry sockets of other namespaces. */
  watch(io: Server): void {
    io.engine.on('connection', (conn: Conn) => {
      const granted = this.#seats.take(conn);
      whenKnown(granted, (isGranted) => {
        if (isGranted || conn.readyState !== 'open') return;
        countRefusal(tooMany);
        if (closesConnection(tooMany, conn)) return closeForNow(conn, tooMany);
        conn.write(connectErrorPacket(tooMany, this.#namespace));
        conn.close();
      });
      if (granted === false) return;
      let hasAsked = false;
      const onData = (data: unknown) => {
        const isFirst = !hasAsked;
        hasAsked = true;
        if (!isFirst || typeof data !== 'string' || !isConnectTo(this.#namespace, data)) conn.close();
      };
      this.#watched.set(conn, onData);
      conn.on('data', onData);
    });
  }

  /** Stops watching a connection whose user is admitted. */
  admitted(conn: Conn): void {
    const onData = this.#watched.get(conn);
    if (onData === undefined) return;
    conn.off('data', onData);
    this.#watched.delete(conn);
  }
}

/** False where the connection carries a socket of another namespace (on the caller's server). */
export function isLast({ client }: Socket): boolean {
  const sockets: unknown = Reflect.get(client, 'sockets');
  return !(sockets instanceof Map && sockets.size > 0);
}

/** Closes the connection of a socket that was the last one. @returns true if it was */
export function closeIfLast(socket: Socket, isDiscarded = false): boolean {
  if (!isLast(socket)) return false;
  socket.conn.close(isDiscarded);
  return true;
}
