/**
 * The places that each connection takes, from its beginning until its transport is gone. No packet frees a place: a
 * client that leaves the namespace, is refused or is cut still takes memory until its TCP connection has ended.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { UserId } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { ClientAddress } from '../http/client-address.ts';
import { tcpBelow } from '../outbound/tick-flush.ts';
import { sharedListener } from '../shared-listener.ts';
import type { ConnectionLimits } from './connection-limits.ts';

type Conn = Socket['conn'];

interface Seat {
  readonly address: string;
  /** Users that were admitted on the connection, the last one last; none: it counts as unauthenticated. */
  userIds: readonly UserId[];
}
/** Shared by all seats. */
const noUsers: readonly UserId[] = [];

interface SeatsDeps {
  readonly limits: ConnectionLimits;
  readonly clientAddress: ClientAddress;
}

export class Seats {
  readonly #deps: SeatsDeps;
  readonly #seats = new WeakMap<Conn, Seat>();
  /** Addresses of WebSockets that took a place beside that of their session. */
  readonly #upgrading = new WeakMap<TcpSocket, string>();
  readonly #onClose = sharedListener((conn: Conn) => this.#closed(conn));

  constructor(deps: SeatsDeps) {
    this.#deps = deps;
  }

  /** Takes a seat; a connection that has one keeps it. @returns false: its address has too many */
  take(conn: Conn): boolean {
    if (this.#seats.has(conn)) return true;
    const { limits, clientAddress } = this.#deps;
    const address = clientAddress(conn.remoteAddress, conn.request.headers);
    if (!limits.unauthenticated.take(address)) return false;
    if (!limits.addresses.take(address)) {
      limits.unauthenticated.release(address);
      return false;
    }
    this.#seats.set(conn, { address, userIds: noUsers });
    if (conn.transport.name === 'polling') {
      conn.once('upgrade', (transport) => {
        const tcp = tcpBelow(transport);
        if (tcp !== null) this.#releaseUpgrade(tcp);
      });
    }
    conn.on('close', this.#onClose);
    return true;
  }

  /**
   * Takes a place for a WebSocket to which a session upgrades, until the upgrade is done or the WebSocket is gone.
   * @returns false: its address has too many
   */
  takeForUpgrade(tcp: TcpSocket, address: string): boolean {
    if (!this.#deps.limits.unauthenticated.take(address)) return false;
    this.#upgrading.set(tcp, address);
    tcp.once('close', () => this.#releaseUpgrade(tcp));
    return true;
  }

  /** Takes the user's place. @returns false: the user has too many, or the connection is gone */
  admit(conn: Conn, userId: UserId): boolean {
    const seat = this.#seats.get(conn);
    if (seat === undefined || conn.readyState !== 'open') return false;
    if (seat.userIds.at(-1) === userId) return true;
    const { limits } = this.#deps;
    if (!limits.users.take(userId)) return false;
    if (seat.userIds.length === 0) limits.unauthenticated.release(seat.address);
    // Unlike a spread, `concat` reserves no room for more.
    seat.userIds = seat.userIds.concat(userId);
    return true;
  }

  #releaseUpgrade(tcp: TcpSocket): void {
    const address = this.#upgrading.get(tcp);
    if (address === undefined) return;
    this.#upgrading.delete(tcp);
    this.#deps.limits.unauthenticated.release(address);
  }

  /**
   * Calls `release` when the TCP connection has ended: Engine.IO closes a connection before its peer has answered,
   * which may take 30 s.
   */
  #closed(conn: Conn): void {
    const seat = this.#seats.get(conn);
    if (seat === undefined) return;
    const tcp = tcpBelow(conn.transport);
    if (tcp === null || tcp.destroyed) this.#release(seat);
    else tcp.once('close', () => this.#release(seat));
  }

  #release({ address, userIds }: Seat): void {
    const { limits } = this.#deps;
    if (userIds.length === 0) limits.unauthenticated.release(address);
    limits.addresses.release(address);
    for (const userId of userIds) limits.users.release(userId);
  }
}
