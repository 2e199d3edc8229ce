/**
 * The places that each connection takes, from its beginning until its transport is gone. No packet frees a place: a
 * client that leaves the namespace, is refused or is cut still takes memory until its TCP connection has ended.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { UserId } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { ClientAddress } from '../http/client-address.ts';
import { tcpBelow } from '../outbound/line.ts';
import { sharedListener } from '../shared-listener.ts';
import { type Granted, type Place, type Places, whenKnown } from './connection-limits.ts';

type Conn = Socket['conn'];

interface Seat {
  readonly address: string;
  /** Users that were admitted on the connection, the last one last; none: it counts as unauthenticated. */
  userIds: readonly UserId[];
  /** False: another process has not decided yet. */
  isTaken: boolean;
  isGone: boolean;
}
/** Shared by all seats. */
const noUsers: readonly UserId[] = [];

interface SeatsDeps {
  readonly places: Places;
  readonly clientAddress: ClientAddress;
}

const ofAddress = (key: string): Place => ({ kind: 'address', key });
const ofStranger = (key: string): Place => ({ kind: 'unauthenticated', key });
const ofUser = (key: UserId): Place => ({ kind: 'user', key });

export class Seats {
  readonly #deps: SeatsDeps;
  readonly #seats = new WeakMap<Conn, Seat>();
  /** Verdicts of another process that are on their way. */
  readonly #asked = new WeakMap<Conn, Promise<boolean>>();
  /** Addresses of WebSockets that took a place beside that of their session. */
  readonly #upgrading = new WeakMap<TcpSocket, string>();
  readonly #onClose = sharedListener((conn: Conn) => this.#closed(conn));

  constructor(deps: SeatsDeps) {
    this.#deps = deps;
  }

  /** Takes a seat; a connection that has one, or has asked for one, keeps it. @returns false: its address has too many */
  take(conn: Conn): Granted {
    if (this.#seats.has(conn)) return this.#asked.get(conn) ?? true;
    const { places, clientAddress } = this.#deps;
    const address = clientAddress(conn.remoteAddress, conn.request.headers);
    const granted = places.take([ofStranger(address), ofAddress(address)]);
    if (granted === false) return false;
    const seat = { address, userIds: noUsers, isTaken: granted === true, isGone: false };
    this.#seats.set(conn, seat);
    if (conn.transport.name === 'polling') {
      conn.once('upgrade', (transport) => {
        const tcp = tcpBelow(transport);
        if (tcp !== null) this.#releaseUpgrade(tcp);
      });
    }
    conn.on('close', this.#onClose);
    if (granted === true) return true;
    const verdict = granted.then((isGranted) => this.#decided(conn, seat, isGranted));
    this.#asked.set(conn, verdict);
    return verdict;
  }

  /**
   * Takes a place for a WebSocket to which a session upgrades, until the upgrade is done or the WebSocket is gone.
   * @returns false: its address has too many
   */
  takeForUpgrade(tcp: TcpSocket, address: string): Granted {
    const { places } = this.#deps;
    const granted = places.take([ofStranger(address)]);
    whenKnown(granted, (isGranted) => {
      if (!isGranted) return;
      if (tcp.destroyed) return places.release([ofStranger(address)]);
      this.#upgrading.set(tcp, address);
      tcp.once('close', () => this.#releaseUpgrade(tcp));
    });
    return granted;
  }

  /** Takes the user's place. @returns false: the user has too many, or the connection is gone */
  admit(conn: Conn, userId: UserId): Granted {
    const seat = this.#seats.get(conn);
    if (seat === undefined || conn.readyState !== 'open') return false;
    if (seat.userIds.at(-1) === userId) return true;
    const { places } = this.#deps;
    const seated = (isGranted: boolean): boolean => {
      if (!isGranted) return false;
      if (seat.isGone) {
        places.release([ofUser(userId)]);
        return false;
      }
      if (seat.userIds.length === 0) places.release([ofStranger(seat.address)]);
      // Unlike a spread, `concat` reserves no room for more.
      seat.userIds = seat.userIds.concat(userId);
      return conn.readyState === 'open';
    };
    const granted = places.take([ofUser(userId)]);
    return typeof granted === 'boolean' ? seated(granted) : granted.then(seated);
  }

  #decided(conn: Conn, seat: Seat, isGranted: boolean): boolean {
    this.#asked.delete(conn);
    if (!isGranted) {
      this.#seats.delete(conn);
      conn.off('close', this.#onClose);
      return false;
    }
    seat.isTaken = true;
    if (seat.isGone) this.#release(seat);
    return !seat.isGone;
  }

  #releaseUpgrade(tcp: TcpSocket): void {
    const address = this.#upgrading.get(tcp);
    if (address === undefined) return;
    this.#upgrading.delete(tcp);
    this.#deps.places.release([ofStranger(address)]);
  }

  /**
   * Calls `release` when the TCP connection has ended: Engine.IO closes a connection before its peer has answered,
   * which may take 30 s.
   */
  #closed(conn: Conn): void {
    const seat = this.#seats.get(conn);
    if (seat === undefined) return;
    const tcp = tcpBelow(conn.transport);
    if (tcp === null || tcp.destroyed) this.#left(seat);
    else tcp.once('close', () => this.#left(seat));
  }

  #left(seat: Seat): void {
    seat.isGone = true;
    if (seat.isTaken) this.#release(seat);
  }

  #release({ address, userIds }: Seat): void {
    const { places } = this.#deps;
    if (userIds.length === 0) places.release([ofStranger(address)]);
    places.release([ofAddress(address)]);
    if (userIds.length > 0) places.release(userIds.map(ofUser));
  }
}
