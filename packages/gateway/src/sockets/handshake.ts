/** Who may connect: asked once per socket, before it exists for anybody else. */
import {
  type Authenticator,
  type ClaimedPosition,
  failureFrom,
  type Logger,
  PlenumError,
} from '@plenum/core';
import { type Failure, failureBody, handshakeSchema, parse } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { DrainFlag } from '../gateway-options.ts';
import { type ClientAddress, isForwarded } from './client-address.ts';
import type { ConnectionLimits, Release } from './connection-limits.ts';
import type { OriginRule } from './origins.ts';
import type { Device } from './socket-subscriber.ts';

export interface Admitted extends Device {
  readonly positions: readonly ClaimedPosition[];
  /** As `Authentication`. */
  readonly issuedAtMs: number | null;
  /** ms since 1970; null: the token does not expire. */
  readonly expiresAtMs: number | null;
}

interface HandshakeContext {
  readonly authenticator: Authenticator;
  readonly isOriginAllowed: OriginRule;
  readonly drainFlag: DrainFlag;
  readonly logger: Logger;
  readonly limits: ConnectionLimits;
  readonly clientAddress: ClientAddress;
}

/** Reaches the client as `connect_error`, its failure as `data`. */
class HandshakeRefusal extends Error {
  readonly data: ReturnType<typeof failureBody>;

  constructor(failure: Failure) {
    const body = failureBody(failure);
    super(body.error);
    this.name = 'HandshakeRefusal';
    this.data = body;
  }
}

type Decision = Admitted | Failure;
const isAdmitted = (decision: Decision): decision is Admitted => 'userId' in decision;

async function decide(socket: Socket, context: HandshakeContext): Promise<Decision> {
  if (context.drainFlag.isDraining) return { code: 'draining' };
  if (!context.isOriginAllowed(socket.handshake.headers)) return { code: 'origin_denied' };
  const handshake = parse(handshakeSchema, socket.handshake.auth, 'invalid_args');
  if (!handshake.ok) {
    const isTokenMissing = handshake.failure.details?.field === 'token';
    return isTokenMissing ? { code: 'unauthenticated' } : handshake.failure;
  }
  const { token, subscribe, positions = [] } = handshake.value;
  const user = await context.authenticator.authenticate(token);
  if (user.outcome === 'refused') return { code: user.code };
  return {
    userId: user.userId,
    issuedAtMs: user.issuedAtMs,
    expiresAtMs: user.expiresAtMs,
    isAuto: subscribe === 'auto',
    positions: positions.map(({ group_id, epoch = null, seq = null }) => ({ groupId: group_id, epoch, seq })),
  };
}

/** Places are held from before the first slow step until the connection is gone, so that no burst slips past. */
async function admit(socket: Socket, context: HandshakeContext): Promise<Decision> {
  const { limits, clientAddress } = context;
  const { conn } = socket;
  const held: Release[] = [];
  const releaseAll = () => {
    // The connection may carry many sockets, one after the other.
    conn.off('close', releaseAll);
    for (const release of held.splice(0)) release();
  };
  const hold = (release: Release | null) => {
    if (release !== null) held.push(release);
    return release !== null;
  };
  const { address, headers } = socket.handshake;
  if (!hold(limits.addresses.take(clientAddress(address, headers)))) return tooMany;
  conn.once('close', releaseAll);
  socket.once('disconnect', releaseAll);
  const decision = await decide(socket, context).catch((error: unknown) => {
    releaseAll();
    throw error;
  });
  if (isAdmitted(decision) && hold(limits.users.take(decision.userId))) {
    if (conn.readyState !== 'open') releaseAll();
    return decision;
  }
  releaseAll();
  return isAdmitted(decision) ? tooMany : decision;
}

const tooMany: Failure = { code: 'too_many_connections' };
const onlyOneSocket: Failure = { code: 'invalid_request', error: 'A connection carries one socket' };

export interface Handshake {
  /** Middleware of the namespace. */
  readonly check: (socket: Socket, next: (refusal?: Error) => void) => void;
  /** Hands out what the check found, once; null if the socket never passed it. */
  readonly take: (socket: Socket) => Admitted | null;
  /** The socket is gone: its connection may carry another one. */
  readonly release: (socket: Socket) => void;
}

export function createHandshake(context: HandshakeContext): Handshake {
  const admitted = new WeakMap<Socket, Admitted>();
  // Whoever asks for a hundred sockets on one connection would get each entry a hundred times.
  const taken = new WeakSet<Socket['conn']>();
  const refuse = (error: unknown): Failure => {
    if (!(error instanceof PlenumError)) context.logger.error({ error }, 'a handshake failed by a bug');
    return failureFrom(error);
  };
  return {
    check: (socket, next) => {
      const { conn } = socket;
      // The proxy connected it just before the drain: it comes back by itself, and the proxy asks another node.
      if (context.drainFlag.isDraining && isForwarded(socket.handshake.headers)) return conn.close();
      if (taken.has(conn)) return next(new HandshakeRefusal(onlyOneSocket));
      taken.add(conn);
      admit(socket, context)
        .catch(refuse)
        .then((decision) => {
          if (!isAdmitted(decision)) {
            taken.delete(conn);
            return next(new HandshakeRefusal(decision));
          }
          admitted.set(socket, decision);
          next();
        })
        .catch((error: unknown) => context.logger.error({ error }, 'a handshake could not be answered'));
    },
    take: (socket) => {
      const device = admitted.get(socket) ?? null;
      admitted.delete(socket);
      return device;
    },
    release: ({ conn }) => {
      taken.delete(conn);
    },
  };
}
