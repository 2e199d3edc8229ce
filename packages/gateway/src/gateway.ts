/** The edge of a node: one Fastify and one Socket.IO server on one port, both in front of the same operations. */
import type { IncomingMessage } from 'node:http';
import { ConfigError, type Logger } from '@plenum/core';
import { openApiDocument } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import { Drain } from './drain-sockets.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { trustProxies } from './http/client-address.ts';
import { closerOf, createHttpServer, listenOn } from './http/http-server.ts';
import { hostRule, originRule } from './http/origins.ts';
import { PipelinedRequests, serveOneByOne, serveRoutesOneByOne } from './http/pipelined-requests.ts';
import { guardMounted } from './http/server-sockets.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { ReadGate } from './outbound/read-gate.ts';
import { boundsOf, defaultMaxUnreadBytes, UnreadBudget } from './outbound/unread-budget.ts';
import { boundWebSockets } from './outbound/web-sockets.ts';
import { UserReadLimiters } from './requests/read-limiter.ts';
import { createRequestRegistry } from './requests/registry.ts';
import { Audit } from './rest/audit.ts';
import { createBearerCheck } from './rest/bearer.ts';
import { docsPage } from './rest/docs-page.ts';
import type { RestDeps } from './rest/rest-deps.ts';
import { restEdge } from './rest/rest-edge.ts';
import { createConnectionLimits } from './sockets/connection-limits.ts';
import { createHandshake } from './sockets/handshake.ts';
import { Newcomers } from './sockets/newcomers.ts';
import { withRevocationCheck, withRevocationCheckIfKnown } from './sockets/revocation-check.ts';
import { Seats } from './sockets/seats.ts';
import { type SocketEdge, serveSockets } from './sockets/socket-edge.ts';
import { createSocketServer } from './sockets/socket-server.ts';

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
  /** Closes sockets and port at once. Idempotent; leaves the caller's own servers open. */
  close(): Promise<void>;
}

/** Creates once what the HTTP and the socket side share. */
function createEdgeParts(options: GatewayOptions) {
  const { config } = options;
  const { clientAddress, askedHost } = trustProxies(config.trustedProxies ?? []);
  const isHostAllowed = hostRule(config.host, config.isDev);
  const limits = createConnectionLimits({
    perUser: config.maxConnectionsPerUser ?? 0,
    perAddress: config.maxConnectionsPerIp ?? 0,
    unauthenticatedPerAddress: config.maxUnauthenticatedPerIp ?? 0,
  });
  const { clock, logger } = options;
  const bounds = boundsOf(config.maxUnreadBytes ?? defaultMaxUnreadBytes);
  const budget = new UnreadBudget({ clock, logger, bounds });
  return {
    drain: new Drain(),
    clientAddress,
    seats: new Seats({ limits, clientAddress }),
    budget,
    readGate: new ReadGate(budget, clock),
    isHostAllowed,
    isOriginAllowed: originRule({ ...config, isHostAllowed, askedHost }),
    registry: createRequestRegistry({ ...options, ...config }),
    readLimiters: new UserReadLimiters(options.clock),
    audit: new Audit({ log: options.auditLog ?? inAuditChannel(options.logger), clock: options.clock }),
  };
}
const inAuditChannel = (logger: Logger): Pick<Logger, 'info'> => ({
  info: (fields, message) => logger.info({ channel: 'audit', ...fields }, message),
});
type SharedParts = ReturnType<typeof createEdgeParts>;

/** Which listener a REST edge serves: the only one, or the public or the admin one of two. */
type Listener = 'only' | 'public' | 'admin';
const metricsAccess = { only: 'token', public: 'absent', admin: 'open' } as const;

function restDeps(
  options: GatewayOptions,
  parts: SharedParts & { metrics: Metrics },
  listener: Listener,
): RestDeps {
  const { config, version = '0.0.0' } = options;
  const { messageMaxBytes, event } = config;
  return {
    ...options,
    ...parts,
    messageMaxBytes,
    bearer: createBearerCheck(
      listener === 'public' ? [] : config.adminTokens,
      withRevocationCheck(options.authenticator, options.revocations, options.wallMs),
    ),
    document: once(() =>
      Buffer.from(JSON.stringify(openApiDocument({ title: 'Plenum', version, messageMaxBytes }))),
    ),
    docsPage: once(() => Buffer.from(docsPage({ version, event, messageMaxBytes }))),
    metricsAccess: metricsAccess[listener],
    issueDevToken: (config.isDev && options.issueDevToken) || null,
    // On the application's own server, `/` belongs to the application.
    homePage: (options.fastify === undefined && options.homePage) || null,
  };
}

/** Creates the value at the first call, because most nodes never need it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function socketEdge(io: Server, options: GatewayOptions, parts: SharedParts): SocketEdge {
  const { authenticator, revocations, config } = options;
  const newcomers = new Newcomers(parts.seats);
  if (options.io === undefined) newcomers.watch(io);
  return serveSockets(io, {
    ...options,
    ...parts,
    authenticator: withRevocationCheck(authenticator, revocations, options.wallMs),
    event: config.event,
    handshake: createHandshake({
      ...options,
      ...parts,
      authenticator: withRevocationCheckIfKnown(authenticator, revocations, options.wallMs),
      newcomers,
    }),
    isMounted: options.io !== undefined,
  });
}

/** Closes our Socket.IO server, but not the HTTP server below it, which belongs to the caller. */
async function releaseEngine(io: Server): Promise<void> {
  io.engine.close();
  await io.of('/').adapter.close();
}

export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, clock } = options;
  const parts = createEdgeParts(options);
  const app: FastifyInstance = options.fastify ?? createHttpServer(options);
  const closeOwn = options.fastify === undefined ? closerOf(app, clock) : null;
  const io = options.io ?? createSocketServer(app.server, { ...options, ...parts });
  boundWebSockets(io, { clock, budget: parts.budget });
  const sockets = socketEdge(io, options, parts);
  const unguard = guardMounted(options);
  // Fastify waits for open connections, so Socket.IO has to close its connections first.
  if (options.io === undefined) app.addHook('preClose', () => io.close());
  const metrics = createMetrics({
    ...options.readings,
    ...sockets,
    prefix: options.roomChannels?.channelPrefix ?? '',
    unreadBytes: () => parts.budget.bytes,
  });
  const adminApp = config.adminPort === undefined ? null : createHttpServer(options);
  const closeAdmin = adminApp === null ? null : closerOf(adminApp, clock);
  const withMetrics = { ...parts, metrics };
  const addressOf = ({ socket, headers }: IncomingMessage) =>
    parts.clientAddress(socket.remoteAddress ?? 'unknown', headers);
  const pipelined = new PipelinedRequests({ ...parts, random: options.random, addressOf });
  const publicEdge = restEdge(restDeps(options, withMetrics, adminApp === null ? 'only' : 'public'));
  await app.register(async (scope) => {
    if (options.fastify !== undefined) serveRoutesOneByOne(scope, pipelined);
    await publicEdge(scope);
  });
  await adminApp?.register(restEdge(restDeps(options, withMetrics, 'admin')));

  // Last, because it wraps all request listeners that exist. A server of the caller keeps its listeners.
  if (options.fastify === undefined) serveOneByOne(app.server, pipelined);
  if (adminApp !== null) serveOneByOne(adminApp.server, pipelined);

  let closing: Promise<void> | null = null;
  const close = async () => {
    parts.drain.begin();
    sockets.detach();
    if (closeOwn !== null) await closeOwn();
    else if (options.io === undefined) await releaseEngine(io);
    await closeAdmin?.();
    unguard();
    parts.audit.close();
    parts.budget.stop();
    metrics.close();
  };
  return {
    listen: async () => {
      const adminUrl =
        adminApp === null
          ? null
          : await listenOn(adminApp, { host: config.host, port: config.adminPort ?? 0 });
      if (closeOwn !== null) return { url: await listenOn(app, config), adminUrl };
      throw new ConfigError('the server is mounted: its owner listens');
    },
    drain: (withinMs) => {
      parts.drain.begin();
      return sockets.drain(withinMs);
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
