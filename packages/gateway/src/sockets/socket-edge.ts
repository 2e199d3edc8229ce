/** The life of sockets: handshake, registration with the hub, requests, disconnect, and the paced move to other nodes. */
import { type DeviceHub, emitTelemetry, type Nudges, type Revocations, userRoom } from '@plenum/core';
import type { Server, Socket } from 'socket.io';
import { moveSockets } from '../drain.ts';
import type { Admitted, Handshake } from './handshake.ts';
import { closeIfLast } from './newcomers.ts';
import { Session, type SessionDeps } from './session.ts';
import { UserSessions } from './user-sessions.ts';

interface SocketEdgeDeps extends SessionDeps {
  readonly hub: DeviceHub;
  readonly handshake: Handshake;
  readonly revocations: Revocations;
  readonly cuts: Pick<Nudges, 'onCut'>;
  /** The server is the caller's: unknown events and request objects belong to the application. */
  readonly isMounted: boolean;
}

export interface SocketEdge {
  /** Asks every socket to move, then closes them one after the other, each when its open requests are answered. */
  drain(withinMs: number): Promise<void>;
  /** Accepts no more sockets and closes the remaining ones. */
  detach(): void;
  openSockets(): number;
  /** Bytes that the node keeps for clients that have not read them yet. */
  bufferedBytes(): number;
}

export function serveSockets(io: Server, deps: SocketEdgeDeps): SocketEdge {
  const sessions = new Set<Session>();
  const users = new UserSessions(deps);
  deps.cuts.onCut((cut) => users.cut(cut));
  const onConnection = (socket: Socket) => {
    const admitted = deps.handshake.take(socket);
    if (admitted !== null) open(socket, admitted, { deps, sessions, users });
  };
  io.use(deps.handshake.check);
  io.on('connection', onConnection);
  return {
    drain: (withinMs) => moveSockets(sessions, withinMs, deps.clock),
    detach: () => {
      io.off('connection', onConnection);
      users.stop();
      for (const session of sessions) session.close();
    },
    openSockets: () => sessions.size,
    bufferedBytes: () => {
      let sum = 0;
      for (const { device } of sessions) sum += device.bufferedBytes;
      return sum;
    },
  };
}

interface OpenDeps {
  readonly deps: SocketEdgeDeps;
  readonly sessions: Set<Session>;
  readonly users: UserSessions;
}

function open(socket: Socket, admitted: Admitted, { deps, sessions, users }: OpenDeps): void {
  const { hub, logger } = deps;
  const session = new Session(socket, admitted, deps);
  const { device } = session;
  const { userId } = device;
  sessions.add(session);
  users.add(session);
  emitTelemetry('socket_opened', { userId });
  socket.onAny(session.receive);
  socket.on('disconnect', (reason) => {
    sessions.delete(session);
    users.remove(session);
    session.end();
    emitTelemetry('socket_closed', { userId });
    // A connection without a socket counts for no user and would outlive its token. A client that left by itself reads nothing more.
    if (!closeIfLast(socket, reason === 'client namespace disconnect')) deps.handshake.release(socket);
    try {
      hub.disconnect(device);
    } catch (err) {
      logger.error({ user: userId, err }, 'a device could not be taken off the hub');
    }
  });
  if (!deps.isMounted) forgetRequest(socket);
  if (deps.drain.isDraining) {
    session.close();
    return;
  }
  register().catch((err: unknown) => logger.error({ user: userId, err }, 'a device could not be registered'));

  async function register(): Promise<void> {
    let registered: Promise<void> = Promise.resolve();
    const attached = new Promise<void>((resolve) => {
      // While the store does not answer, requests are refused with a reason instead of waiting for it.
      registered = hub.connect(device, admitted.positions, resolve).finally(resolve);
    });
    if (device.isAuto) session.waitFor(attached);
    await Promise.all([socket.join(userRoom(userId)), registered]);
    // From now on the socket receives cuts; this check finds a revocation since the handshake.
    users.cut({ userId: session.userId, code: 'revoked' });
  }
}

/** Shared by all sockets: three empty objects per socket would be a large part of the memory of a session. */
const forgotten = Object.freeze({});

/**
 * An idle connection keeps neither its HTTP request (several kB) nor its token in memory. Overwritten, not deleted: an
 * object that lost a property becomes a dictionary, which is larger than what was in it.
 */
function forgetRequest({ conn, handshake }: Socket): void {
  handshake.auth = forgotten;
  handshake.headers = forgotten;
  handshake.query = forgotten;
  Reflect.set(conn, 'request', null);
}
