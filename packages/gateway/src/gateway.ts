/** The edge of a node: one Fastify and one Socket.IO server on one port, both in front of the same operations. */
import { PlenumError } from '@plenum/core';
import { openApiDocument } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import type { DrainFlag, GatewayOptions } from './gateway-options.ts';
import { createRequestRegistry } from './requests/registry.ts';
import { createBearerCheck } from './rest/bearer.ts';
import { createHttpServer, listenOn, trackConnections } from './rest/http-server.ts';
import type { RestContext } from './rest/rest-context.ts';
import { restEdge } from './rest/rest-edge.ts';
import { createHandshake } from './sockets/handshake.ts';
import { originRule } from './sockets/origins.ts';
import { type SocketEdge, serveSockets } from './sockets/socket-edge.ts';
import { createSocketServer } from './sockets/socket-server.ts';

export interface Gateway {
  /** @throws PlenumError with one sentence when the port cannot be had, or when the caller's own server listens. */
  listen(): Promise<{ readonly url: string }>;
  /**
   * Takes no new work, tells every client to move, and closes their sockets spread over `withinMs`. `/healthz` stays fine,
   * `/readyz` does not. Resolves when the sockets are closed.
   */
  drain(withinMs: number): Promise<void>;
  /** Frees sockets and port at once. Idempotent; the caller's own servers stay open. */
  close(): Promise<void>;
}

/** Whatever both edges share is made here once. */
function createEdgeParts(options: GatewayOptions) {
  const { config } = options;
  const drainFlag: DrainFlag = { isDraining: false };
  return {
    drainFlag,
    isOriginAllowed: originRule(config.corsOrigins, config.isDev),
    registry: createRequestRegistry({ ...options, ...config }),
  };
}
type EdgeParts = ReturnType<typeof createEdgeParts>;

function restContext(options: GatewayOptions, parts: EdgeParts): RestContext {
  const { config } = options;
  const { messageMaxBytes } = config;
  return {
    ...options,
    ...parts,
    messageMaxBytes,
    bearer: createBearerCheck(config.adminToken, options.authenticator),
    document: openApiDocument({ title: 'Plenum', version: options.version ?? '0.0.0', messageMaxBytes }),
    issueDevToken: (config.isDev && options.issueDevToken) || null,
    // On the caller's server `/` is his.
    homePage: (options.fastify === undefined && options.homePage) || null,
  };
}

function socketEdge(io: Server, options: GatewayOptions, parts: EdgeParts): SocketEdge {
  return serveSockets(io, {
    ...options,
    ...parts,
    event: options.config.event,
    handshake: createHandshake({ ...options, ...parts }),
    isMounted: options.io !== undefined,
  });
}

/** Closes a Socket.IO server of ours without the HTTP server under it, which is the caller's. */
async function releaseEngine(io: Server): Promise<void> {
  io.engine.close();
  await io.of('/').adapter.close();
}

export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, clock } = options;
  const parts = createEdgeParts(options);
  const app: FastifyInstance = options.fastify ?? createHttpServer(options);
  const connections = options.fastify === undefined ? trackConnections(app, clock) : null;
  const io = options.io ?? createSocketServer(app.server, { ...options, ...parts });
  const sockets = socketEdge(io, options, parts);
  // Fastify waits for open connections, so those of Socket.IO have to end before it begins to.
  if (options.io === undefined) app.addHook('preClose', () => io.close());
  await app.register(restEdge(restContext(options, parts)));

  let closing: Promise<void> | null = null;
  const close = async () => {
    parts.drainFlag.isDraining = true;
    sockets.detach();
    const cancelCut = connections?.cutAfterGrace();
    if (options.fastify === undefined) await app.close();
    else if (options.io === undefined) await releaseEngine(io);
    cancelCut?.();
  };
  return {
    listen: async () => {
      if (connections !== null) return { url: await listenOn(app, config) };
      throw new PlenumError({ code: 'internal', error: 'the server is mounted: its owner listens' });
    },
    drain: (withinMs) => {
      parts.drainFlag.isDraining = true;
      return sockets.drain(withinMs);
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
