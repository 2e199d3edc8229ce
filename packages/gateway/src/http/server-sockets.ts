/**
 * Errors of the sockets under an HTTP server. Node listens for them while it parses requests, and stops when it hands a
 * connection over as an upgrade or a CONNECT: a peer that resets such a connection would end the process, unless a listener
 * is there from the first moment on.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayOptions } from '../gateway-options.ts';

/** What follows an error is `close`, and that is what everything above listens for. */
const ignore = () => {};
/** One listener a socket, however often it passes here. */
const guard = (socket: Duplex): void => {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
};

/**
 * Node keeps the address of the peer once it was asked for, and knows it no longer after a reset: without this a peer that
 * resets its connection while its request is served is in no log with its address.
 */
const onConnection = (socket: Socket) => {
  guard(socket);
  void socket.remoteAddress;
};

const onUpgrade = (_request: IncomingMessage, socket: Duplex) => guard(socket);

/**
 * Also of sockets before TLS, and of those that a second server of the caller's passes on as an upgrade.
 * @returns takes the listeners off the server again
 */
export function guardSockets(server: EventEmitter): () => void {
  server.on('connection', onConnection);
  server.on('secureConnection', onConnection);
  // The first such listener would make Node hand over what it serves by itself otherwise.
  const takesUpgrades = server.listenerCount('upgrade') > 0;
  if (takesUpgrades) server.prependListener('upgrade', onUpgrade);
  return () => {
    server.off('connection', onConnection);
    server.off('secureConnection', onConnection);
    server.off('upgrade', onUpgrade);
  };
}

/**
 * The servers under those that the caller mounts us on: of Fastify, and of Socket.IO where that is another one.
 * @returns takes the listeners off again
 */
export function guardMounted({ fastify, io }: Pick<GatewayOptions, 'fastify' | 'io'>): () => void {
  const socketServer: unknown = io === undefined ? undefined : Reflect.get(io, 'httpServer');
  const servers = new Set([fastify?.server, socketServer].filter((server) => server instanceof EventEmitter));
  const unguards = [...servers].map(guardSockets);
  return () => {
    for (const unguard of unguards) unguard();
  };
}
