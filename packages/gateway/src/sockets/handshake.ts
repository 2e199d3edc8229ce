/** Decides which sockets may connect, once per socket, before Socket.IO announces it. */
import {
  type Authenticator,
  type ClaimedPosition,
  failureFrom,
  type Logger,
  PlenumError,
} from '@plenum/core';
import {
  type Failure,
  failureBody,
  handshakeSchema,
  parse,
  tokenlessHandshakeSchema,
} from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { Drain } from '../drain-sockets.ts';
import type { OriginRule } from '../http/origins.ts';
import type { DeviceIdentity } from '../outbound/socket-device.ts';
import type { Identified } from './authenticate.ts';
import type { ConnectRate } from './connect-rate.ts';
import { closeForNow, closesConnection, countRefusal, HandshakeRefusal } from './handshake-refusal.ts';
import { closeIfLast, isLast, type Newcomers } from './newcomers.ts';
import type { Seats } from './seats.ts';

export interface Admitted extends DeviceIdentity {
  readonly positions: readonly ClaimedPosition[];
  /** As in `Authentication`. */
  readonly issuedAtMs: number | null;
  /** ms since 1970; null: the token does not expire. */
  readonly expiresAtMs: number | null;
}

interface HandshakeDeps {
  readonly authenticator: Authenticator;
  /** Finds the user of a handshake without a token; null: there has to be a token. */
  readonly authenticate: ((socket: Socket) => Promise<Identified | Failure>) | null;
  readonly isOriginAllowed: OriginRule;
  readonly drain: Drain;
  readonly logger: Logger;
  readonly seats: Seats;
  readonly newcomers: Newcomers;
  readonly connectRate: ConnectRate;
}

type Decision = Admitted | Failure;
const isAdmitted = (decision: Decision): decision is Admitted => 'userId' in decision;

async function decide(socket: Socket, deps: HandshakeDeps): Promise<Decision> {
  if (deps.drain.isDraining) return { code: 'draining' };
  const { headers, address } = socket.handshake;
  if (!deps.isOriginAllowed(headers, address)) return { code: 'origin_denied' };
  const { auth } = socket.handshake;
  const isTokenless = deps.authenticate !== null && Object(auth).token === undefined;
  const wishes = parse(isTokenless ? tokenlessHandshakeSchema : handshakeSchema, auth ?? {}, 'invalid_args');
  if (!wishes.ok) {
    const isTokenMissing = wishes.failure.details?.field === 'token';
    return isTokenMissing ? { code: 'unauthenticated' } : wishes.failure;
  }
  const user = await identify(socket, wishes.value, deps);
  if ('code' in user) return user;
  const { subscribe, positions = [] } = wishes.value;
  return {
    userId: user.userId,
    issuedAtMs: user.issuedAtMs,
    expiresAtMs: user.expiresAtMs,
    isAuto: subscribe === 'auto',
    positions: positions.map(({ group_id, epoch = null, seq = null }) => ({ groupId: group_id, epoch, seq })),
  };
}

async function identify(
  socket: Socket,
  wishes: object,
  { authenticator, authenticate }: HandshakeDeps,
): Promise<Identified | Failure> {
  if (!('token' in wishes)) return (await authenticate?.(socket)) ?? { code: 'unauthenticated' };
  const user = await authenticator.authenticate(String(wishes.token));
  return user.type === 'refused' ? { code: user.code } : user;
}

/**
 * Takes a place before the first slow step, so that no burst exceeds the limit; it is kept until the connection is
 * gone.
 */
async function admit(socket: Socket, deps: HandshakeDeps): Promise<Decision> {
  const { conn } = socket;
  if (!(await deps.seats.take(conn))) return tooMany;
  const decision = await decide(socket, deps);
  if (!isAdmitted(decision)) return decision;
  if (!(await deps.seats.admit(conn, decision.userId))) return tooMany;
  // Only users are in the line, so peers without a token cannot fill it.
  const turn = await deps.connectRate.admit(conn);
  if (turn === 'admitted') return decision;
  return turn === 'gone' ? gone : { code: 'node_busy', ...turn };
}

const tooMany: Failure = { code: 'too_many_connections' };
/** No client reads it. */
const gone: Failure = { code: 'unavailable' };
const onlyOneSocket: Failure = { code: 'invalid_request', error: 'A connection carries one socket' };

export interface Handshake {
  /** Middleware of the namespace. */
  readonly check: (socket: Socket, next: (refusal?: Error) => void) => void;
  /** Returns the result of the check, once; null if the socket never passed it. */
  readonly take: (socket: Socket) => Admitted | null;
  /** Call it when the socket is gone: its connection, which may carry sockets of other namespaces, may try again. */
  readonly release: (socket: Socket) => void;
}

export function createHandshake(deps: HandshakeDeps): Handshake {
  const admitted = new WeakMap<Socket, Admitted>();
  // Connections that carry a socket or were refused for good: each carries one socket, and is refused so once.
  const asked = new WeakSet<Socket['conn']>();
  const bugOf = (error: unknown): Failure => {
    if (!(error instanceof PlenumError)) deps.logger.error({ err: error }, 'bug: a handshake failed');
    return failureFrom(error);
  };
  return {
    check: (socket, next) => {
      const { conn } = socket;
      const refuse = (failure: Failure) => {
        if (conn.readyState === 'open') countRefusal(failure);
        // It connected just before the drain: the proxy or the primary asks another node when it connects again.
        const movesAway = deps.drain.movesAway(socket.handshake.headers);
        // A connection of the application stays open where it carries other sockets.
        if (isLast(socket) && (movesAway || closesConnection(failure, conn))) closeForNow(conn, failure);
        // There its client may ask again, on the same connection.
        if (failureBody(failure).can_retry) asked.delete(conn);
        next(new HandshakeRefusal(failure));
        // After the refusal, which Socket.IO writes in the next tick to a connection that is open.
        setImmediate(() => closeIfLast(socket));
      };
      if (asked.has(conn)) return refuse(onlyOneSocket);
      asked.add(conn);
      admit(socket, deps)
        .catch(bugOf)
        .then((decision) => {
          if (!isAdmitted(decision)) return refuse(decision);
          deps.newcomers.admitted(conn);
          admitted.set(socket, decision);
          next();
        })
        .catch((err: unknown) => deps.logger.error({ err }, 'a handshake could not be answered'));
    },
    take: (socket) => {
      const device = admitted.get(socket) ?? null;
      admitted.delete(socket);
      return device;
    },
    release: ({ conn }) => {
      asked.delete(conn);
    },
  };
}
