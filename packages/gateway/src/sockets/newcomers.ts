/**
 * Connections before their user is admitted. Such a connection may send one packet, a CONNECT to `/`, and is refused once:
 * anything else ends it, so that a peer without a token cannot have this node write to it again and again.
 */
import type { Failure } from '@plenum/protocol';
import type { Server, Socket } from 'socket.io';
import { connectErrorPacket } from './handshake-refusal.ts';
import type { Seats } from './seats.ts';

type Conn = Socket['conn'];

const tooMany: Failure = { code: 'too_many_connections' };
/** Type CONNECT, and `/` as the namespace: named, or left out. */
const connectToRoot = /^0(?:\/,|(?!\/))/;

export class Newcomers {
  readonly #seats: Seats;
  readonly #watched = new WeakMap<Conn, (data: unknown) => void>();

  constructor(seats: Seats) {
    this.#seats = seats;
  }

  /** Of our own server; connections to one of the caller's may carry sockets of other namespaces, which are not ours. */
  watch(io: Server): void {
    io.engine.on('connection', (conn: Conn) => {
      if (!this.#seats.take(conn)) {
        conn.write(connectErrorPacket(tooMany));
        conn.close();
        return;
      }
      let hasAsked = false;
      const onData = (data: unknown) => {
        const isFirst = !hasAsked;
        hasAsked = true;
        if (!isFirst || typeof data !== 'string' || !connectToRoot.test(data)) conn.close();
      };
      this.#watched.set(conn, onData);
      conn.on('data', onData);
    });
  }

  /** From here on Socket.IO knows what the connection may send. */
  admitted(conn: Conn): void {
    const onData = this.#watched.get(conn);
    if (onData === undefined) return;
    conn.off('data', onData);
    this.#watched.delete(conn);
  }
}

/**
 * Connections to a server of the caller's live on while they carry a socket of another namespace.
 * @returns whether it was the last one
 */
export function closeIfLast({ client, conn }: Socket, isDiscarded = false): boolean {
  const sockets: unknown = Reflect.get(client, 'sockets');
  if (sockets instanceof Map && sockets.size > 0) return false;
  conn.close(isDiscarded);
  return true;
}
