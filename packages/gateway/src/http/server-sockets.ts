/**
 * Handles errors of the sockets below an HTTP server. Node handles them while it parses requests, and stops when it
 * hands a connection over as an upgrade or a CONNECT. Without a listener from the first moment on, a peer that resets
 * such a connection would end the process.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayOptions } from '../gateway-options.ts';

/** Ignores the error: `close` follows it, and all other code listens for `close`. */
const ignore = () => {};
/** Adds one listener per socket, even if it is called again. */
const guard = (socket: Duplex): void => {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
};

/**
 * Reads the peer's address once, because Node keeps it only then: after a reset it would be unknown, and missing in
 * the log.
 */
const onConnection = (socket: Socket) => {
  guard(socket);
  void socket.remoteAddress;
};

const onUpgrade = (_request: IncomingMessage, socket: Duplex) => guard(socket);

/** Listeners for upgrades that do more than guard the socket. */
export const upgradeListeners = (server: EventEmitter): readonly unknown[] =>
  server.listeners('upgrade').filter((listener) => listener !== onUpgrade);

/**
 * Guards all sockets of a server, also before TLS, and sockets that the caller's second server passes on as an
 * upgrade.
 * @returns a function that removes the listeners
 */
export function guardSockets(server: EventEmitter): () => void {
  server.on('connection', onConnection);
  server.on('secureConnection', onConnection);
  // Only if there is such a listener already: the first one would make Node hand over requests that it serves by
  // itself.
  const takesUpgrades = server.listenerCount('upgrade') > 0;
  if (takesUpgrades) server.prependListener('upgrade', onUpgrade);
  return () => {
    server.off('connection', onConnection);
    server.off('secureConnection', onConnection);
    server.off('upgrade', onUpgrade);
  };
}

/** Guards the servers of the caller. @returns a function that removes the listeners */
export function guardMounted({
  fastify,
  server,
  io,
}: Pick<GatewayOptions, 'fastify' | 'server' | 'io'>): () => void {
  const socketServer: unknown = io === undefined ? undefined : Reflect.get(io, 'httpServer');
  const servers = new Set(
    [fastify?.server, server, socketServer].filter((one) => one instanceof EventEmitter),
  );
  const unguards = [...servers].map(guardSockets);
  return () => {
    for (const unguard of unguards) unguard();
  };
}
