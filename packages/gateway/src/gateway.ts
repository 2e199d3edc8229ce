/** The edge of a node: one Fastify and one Socket.IO server on one port, both in front of the same operations. */
import type { IncomingMessage } from 'node:http';
import { ConfigError } from '@plenum/core';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import type { GatewayOptions } from './gateway-options.ts';
import { closerOf, createHttpServer, listenOn, stopAccepting } from './http/http-server.ts';
import { mountOn } from './http/mount.ts';
import { PipelinedRequests, serveOneByOne, serveRoutesOneByOne } from './http/pipelined-requests.ts';
import { guardMounted } from './http/server-sockets.ts';
import { Figures } from './metrics/figures.ts';
import { unknownBuild } from './metrics/metric-row.ts';
import { createMetrics } from './metrics/metrics.ts';
import { boundWebSockets } from './outbound/web-sockets.ts';
import { UserReadLimiters } from './requests/read-limiter.ts';
import { usualFrameReader } from './requests/usual-frame.ts';
import { restDepsOf } from './rest/rest-deps.ts';
import { restEdge } from './rest/rest-edge.ts';
import { createSharedDeps, type SharedDeps } from './shared-deps.ts';
import { authenticateHandshake } from './sockets/authenticate.ts';
import { createHandshake } from './sockets/handshake.ts';
import { Newcomers } from './sockets/newcomers.ts';
import { withRevocationCheck, withRevocationCheckIfKnown } from './sockets/revocation-check.ts';
import { SignInAlarm } from './sockets/sign-in-alarm.ts';
import { type SocketEdge, serveSockets } from './sockets/socket-edge.ts';
import { createSocketServer } from './sockets/socket-server.ts';
import { UsualSends } from './sockets/usual-sends.ts';

export interface Gateway {
  /**
   * Starts to listen. @throws PlenumError when the port is not available, ConfigError when the server belongs to the
   * caller, who listens itself
   */
  listen(): Promise<{ readonly url: string; readonly adminUrl: string | null }>;
  /**
   * Takes no new work, asks every client to move, and closes their sockets spread over `withinMs`. `/healthz` still
   * answers 200, `/readyz` answers 503. Resolves when the sockets are closed.
   */
  drain(withinMs: number): Promise<void>;
  /** What this node counts, and what it has measured lately; see `Figures`. */
  readonly figures: Pick<Figures, 'read'>;
  /** Closes the port, which other processes share and accept on: takes no new work and no connection. */
  leavePort(): void;
  /** Closes sockets and port at once. Idempotent; leaves the caller's own servers open. */
  close(): Promise<void>;
}

/**
 * Null: the server belongs to the application, which may see every packet, or adapters are asked about messages, or
 * frames name a namespace.
 */
function usualSendsOf({ io, namespace, usualSend = null, config, clock, logger }: GatewayOptions) {
  if (io !== undefined || usualSend === null || (namespace ?? '/') !== '/') return null;
  const read = usualFrameReader(config.event, config.messageMaxBytes);
  return new UsualSends({ send: usualSend, read, event: config.event, clock, logger });
}

function socketEdge(io: Server, options: GatewayOptions, shared: SharedDeps): SocketEdge {
  const {
    authenticator,
    authenticate,
    revocations,
    config,
    random,
    clock,
    logger,
    wallMs = () => Date.now(),
  } = options;
  const { registry, drain, clientAddress, isOriginAllowed, seats, connectRate, budget, readGate } = shared;
  const { namespace = '/' } = options;
  const newcomers = new Newcomers(seats, namespace);
  const alarm = new SignInAlarm({ clock, logger });
  if (options.io === undefined) newcomers.watch(io);
  return serveSockets(io.of(namespace), {
    hub: options.hub,
    cuts: options.cuts,
    rooms: options.rooms,
    handshake: createHandshake({
      authenticator: withRevocationCheckIfKnown(authenticator, revocations, wallMs),
      authenticate:
        authenticate === undefined
          ? null
          : (socket) =>
              authenticateHandshake(socket, {
                ...{ authenticate, revocations, clientAddress, clock, wallMs, alarm },
              }),
      isOriginAllowed,
      drain,
      logger,
      seats,
      newcomers,
      connectRate,
    }),
    authenticator: withRevocationCheck(authenticator, revocations, wallMs),
    revocations,
    registry,
    event: config.event,
    isMounted: options.io !== undefined,
    usualSends: usualSendsOf(options),
    drain,
    clientAddress,
    budget,
    readGate,
    random,
    clock,
    wallMs,
    logger,
  });
}

/** Null: the Socket.IO server is the application's, and has a path of its own. */
const socketPathOf = ({ io, socketPath = '/socket.io' }: GatewayOptions): string | null =>
  io === undefined ? socketPath : null;

/** Closes our Socket.IO server, but not the HTTP server below it, which belongs to the caller. */
async function releaseEngine(io: Server): Promise<void> {
  io.engine.close();
  await io.of('/').adapter.close();
}

export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, clock, random, logger, roomChannels, server, prefix = '', namespace = '/' } = options;
  const shared = createSharedDeps(options);
  const { drain, budget, clientAddress, isOriginAllowed, seats, connectRate } = shared;
  const httpDeps = { random, logger, config, drain };
  const hasAdminPort = config.adminPort !== undefined;
  const app: FastifyInstance =
    options.fastify ?? createHttpServer(hasAdminPort ? httpDeps : { ...httpDeps, console: options.console });
  const closeOwn = options.fastify === undefined ? closerOf(app, clock) : null;
  const socketServerDeps = {
    config,
    path: options.socketPath,
    namespace,
    roomChannels,
    isOriginAllowed,
    clientAddress,
    seats,
    drain,
    connectRate,
    random,
    logger,
  };
  const io = options.io ?? createSocketServer(app.server, socketServerDeps);
  boundWebSockets(io, { clock, budget });
  const sockets = socketEdge(io, options, shared);
  const unguard = guardMounted(options);
  // Fastify waits for open connections, so Socket.IO has to close its connections first.
  if (options.io === undefined) app.addHook('preClose', () => io.close());
  const readings = {
    hostedFeeds: options.readings.hostedFeeds,
    attachedDevices: options.readings.attachedDevices,
    storeMemory: options.readings.storeMemory ?? (async () => []),
    openSockets: sockets.openSockets,
    waitingConnects: () => connectRate.waiting,
    bufferedBytes: sockets.bufferedBytes,
    unreadBytes: () => budget.bytes,
    prefix: roomChannels?.channelPrefix ?? '',
    build: {
      version: options.version ?? unknownBuild.version,
      revision: options.revision ?? unknownBuild.revision,
    },
  };
  const metrics = createMetrics(readings, options.machine ?? null);
  const figures = new Figures({ metrics, readings, clock });
  const adminApp = hasAdminPort ? createHttpServer({ ...httpDeps, console: options.console }) : null;
  const closeAdmin = adminApp === null ? null : closerOf(adminApp, clock);
  const addressOf = ({ socket, headers }: IncomingMessage) =>
    clientAddress(socket.remoteAddress ?? 'unknown', headers);
  const pipelined = new PipelinedRequests({ budget, random, addressOf });
  const forRest = { ...shared, metrics, readLimiters: new UserReadLimiters(clock) };
  const publicEdge = restEdge(restDepsOf(options, forRest, adminApp === null ? 'only' : 'public'));
  await app.register(
    async (scope) => {
      if (options.fastify !== undefined) serveRoutesOneByOne(scope, pipelined);
      await publicEdge(scope);
    },
    { prefix },
  );
  await adminApp?.register(restEdge(restDepsOf(options, forRest, 'admin')));

  // Last, because it wraps all request listeners that exist. A server of the caller keeps its listeners.
  if (options.fastify === undefined) serveOneByOne(app.server, pipelined);
  if (adminApp !== null) serveOneByOne(adminApp.server, pipelined);
  if (server !== undefined) await app.ready();
  let unmount: (() => void) | null = null;

  const ownApps = [options.fastify === undefined ? app : null, adminApp].filter((own) => own !== null);
  let closing: Promise<void> | null = null;
  const close = async () => {
    drain.begin();
    sockets.detach();
    if (closeOwn !== null) await closeOwn();
    else if (options.io === undefined) await releaseEngine(io);
    await closeAdmin?.();
    unmount?.();
    unguard();
    shared.audit.close();
    budget.stop();
    figures.close();
    metrics.close();
  };
  try {
    if (server !== undefined)
      unmount = mountOn(server, app.server, { prefix, socketPath: socketPathOf(options) });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    figures,
    listen: async () => {
      const adminUrl =
        adminApp === null
          ? null
          : await listenOn(adminApp, { host: config.host, port: config.adminPort ?? 0 });
      if (closeOwn !== null && server === undefined) return { url: await listenOn(app, config), adminUrl };
      throw new ConfigError('the server is mounted: its owner listens');
    },
    drain: (withinMs) => {
      drain.begin();
      return sockets.drain(withinMs);
    },
    leavePort: () => {
      for (const own of ownApps) stopAccepting(own);
      drain.beginBesideOthers();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
