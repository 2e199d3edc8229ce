/**
 * The places that each connection takes, from its beginning until its transport is gone. No packet frees a place: a client
 * that leaves the namespace, is refused or is cut still takes memory here until the TCP connection has ended.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { UserId } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { ClientAddress } from '../http/client-address.ts';
import { tcpBelow } from '../outbound/tick-flush.ts';
import type { ConnectionLimits, Release } from './connection-limits.ts';

type Conn = Socket['conn'];

interface Seat {
  readonly held: Release[];
  /** The last user that was admitted. */
  userId: UserId | null;
  /** Until a user is admitted. */
  unauthenticated: Release;
}

interface SeatsDeps {
  readonly limits: ConnectionLimits;
  readonly clientAddress: ClientAddress;
}

export class Seats {
  readonly #deps: SeatsDeps;
  readonly #seats = new WeakMap<Conn, Seat>();
  readonly #upgrading = new WeakMap<TcpSocket, Release>();

  constructor(deps: SeatsDeps) {
    this.#deps = deps;
  }

  /** @returns false: its address has too many. A connection that has a seat keeps it. */
  take(conn: Conn): boolean {
    if (this.#seats.has(conn)) return true;
    const { limits, clientAddress } = this.#deps;
    const address = clientAddress(conn.remoteAddress, conn.request.headers);
    const unauthenticated = limits.unauthenticated.take(address);
    const place = unauthenticated && limits.addresses.take(address);
    if (unauthenticated === null || place === null) {
      unauthenticated?.();
      return false;
    }
    const seat: Seat = { held: [place], userId: null, unauthenticated };
    this.#seats.set(conn, seat);
    if (conn.transport.name === 'polling') {
      conn.once('upgrade', (transport) => this.#upgraded(tcpBelow(transport)));
    }
    whenGone(conn, () => {
      seat.unauthenticated();
      for (const release of seat.held) release();
    });
    return true;
  }

  /**
   * A place for a WebSocket that a session upgrades to, until the upgrade is done or the WebSocket is gone.
   * @returns false: its address has too many
   */
  takeForUpgrade(tcp: TcpSocket, address: string): boolean {
    const release = this.#deps.limits.unauthenticated.take(address);
    if (release === null) return false;
    this.#upgrading.set(tcp, release);
    tcp.once('close', release);
    return true;
  }

  /** @returns false: the user has too many, or the connection is gone. */
  admit(conn: Conn, userId: UserId): boolean {
    const seat = this.#seats.get(conn);
    if (seat === undefined || conn.readyState !== 'open') return false;
    if (seat.userId === userId) return true;
    const place = this.#deps.limits.users.take(userId);
    if (place === null) return false;
    seat.held.push(place);
    seat.userId = userId;
    seat.unauthenticated();
    return true;
  }

  #upgraded(tcp: TcpSocket | null): void {
    if (tcp !== null) this.#upgrading.get(tcp)?.();
  }
}

/** Engine.IO gives a connection up before its peer has answered the close: the TCP connection may last 30 s longer. */
function whenGone(conn: Conn, release: () => void): void {
  conn.once('close', () => {
    const tcp = tcpBelow(conn.transport);
    if (tcp === null || tcp.destroyed) release();
    else tcp.once('close', release);
  });
}
