/**
 * Serves the sockets of a node: handshake, registration with the hub, requests, disconnect, and the paced move to
 * other nodes.
 */
import { type DeviceHub, emitTelemetry, type Nudges, type Revocations, type Rooms } from '@plenum/core';
import type { Namespace, Socket } from 'socket.io';
import { moveSockets } from '../drain-sockets.ts';
import { sharedListener } from '../shared-listener.ts';
import type { Admitted, Handshake } from './handshake.ts';
import { closeIfLast } from './newcomers.ts';
import { Session, type SessionDeps } from './session.ts';
import { UserSessions } from './user-sessions.ts';
import type { UsualSends } from './usual-sends.ts';

interface SocketEdgeDeps extends SessionDeps {
  readonly hub: DeviceHub;
  readonly handshake: Handshake;
  readonly revocations: Revocations;
  readonly rooms: Pick<Rooms, 'userRoom'>;
  readonly cuts: Pick<Nudges, 'onCut'>;
  /** True if the server belongs to the caller: then unknown events and request objects belong to the application. */
  readonly isMounted: boolean;
  /** Null: every frame takes the ordinary way. */
  readonly usualSends: UsualSends | null;
}

export interface SocketEdge {
  /**
   * Asks every client to move, then closes the sockets one after the other, each when its open requests are answered.
   */
  drain(withinMs: number): Promise<void>;
  /** Accepts no more sockets and closes the remaining ones. */
  detach(): void;
  openSockets(): number;
  /** Bytes that the node keeps for clients that have not read them yet. */
  bufferedBytes(): number;
}

export function serveSockets(namespace: Namespace, deps: SocketEdgeDeps): SocketEdge {
  const edge = new OpenSockets(deps);
  const onConnection = (socket: Socket) => {
    const admitted = deps.handshake.take(socket);
    if (admitted !== null) edge.open(socket, admitted);
  };
  namespace.use(deps.handshake.check);
  namespace.on('connection', onConnection);
  return {
    drain: (withinMs) => moveSockets(edge.sessions, withinMs, deps.clock),
    detach: () => {
      namespace.off('connection', onConnection);
      edge.stop();
    },
    openSockets: () => edge.sessions.size,
    bufferedBytes: () => {
      let sum = 0;
      for (const { device } of edge.sessions.values()) sum += device.bufferedBytes;
      return sum;
    },
  };
}

class OpenSockets {
  readonly sessions = new Map<Socket, Session>();
  readonly #deps: SocketEdgeDeps;
  readonly #users: UserSessions;
  readonly #onDisconnect = sharedListener((socket: Socket, reason: string) => this.#gone(socket, reason));

  constructor(deps: SocketEdgeDeps) {
    this.#deps = deps;
    this.#users = new UserSessions(deps);
    deps.cuts.onCut((cut) => this.#users.cut(cut));
  }

  open(socket: Socket, admitted: Admitted): void {
    const { isMounted, usualSends, drain, logger } = this.#deps;
    const session = new Session(socket, admitted, this.#deps);
    const { userId } = session;
    this.sessions.set(socket, session);
    this.#users.add(session);
    emitTelemetry('socket_opened', { userId });
    socket.onAny(session.receive);
    socket.on('disconnect', this.#onDisconnect);
    usualSends?.serve(socket, session);
    if (!isMounted) forgetRequest(socket);
    if (drain.isDraining) session.close();
    else {
      this.#register(socket, session, admitted).catch((err: unknown) =>
        logger.error({ user: userId, err }, 'could not register a device'),
      );
    }
  }

  stop(): void {
    this.#users.stop();
    for (const session of [...this.sessions.values()]) session.close();
  }

  async #register(socket: Socket, session: Session, { positions }: Admitted): Promise<void> {
    const { device, userId } = session;
    let registered: Promise<void> = Promise.resolve();
    const attached = new Promise<void>((resolve) => {
      // After the first failed attempt, requests are no longer held: they get a reason instead of waiting for the
      // store.
      registered = this.#deps.hub.connect(device, positions, resolve).finally(resolve);
    });
    if (device.isAuto) session.waitFor(attached);
    await Promise.all([socket.join(this.#deps.rooms.userRoom(userId)), registered]);
    // From now on the socket receives cuts; this check finds a revocation since the handshake.
    this.#users.cut({ userId, code: 'revoked' });
  }

  #gone(socket: Socket, reason: string): void {
    const session = this.sessions.get(socket);
    if (session === undefined) return;
    const { hub, handshake, logger } = this.#deps;
    const { device, userId } = session;
    this.sessions.delete(socket);
    this.#users.remove(session);
    session.end();
    emitTelemetry('socket_closed', { userId });
    // A connection without a socket counts for no user and would outlive its token. A client that left by itself
    // reads nothing more.
    if (!closeIfLast(socket, reason === 'client namespace disconnect')) handshake.release(socket);
    try {
      hub.disconnect(device);
    } catch (err) {
      logger.error({ user: userId, err }, 'could not disconnect a device from the hub');
    }
  }
}

/** Shared by all sockets: three empty objects per socket would take a large part of a session's memory. */
const forgotten = Object.freeze({});

/**
 * Drops the HTTP request (several kB) and the token of an idle connection from memory. The fields are overwritten,
 * not deleted: an object that lost a property becomes a dictionary, which takes more memory than the fields.
 */
function forgetRequest({ conn, handshake }: Socket): void {
  handshake.auth = forgotten;
  handshake.headers = forgotten;
  handshake.query = forgotten;
  Reflect.set(conn, 'request', null);
}
