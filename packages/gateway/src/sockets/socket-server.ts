/** Creates our own Socket.IO server with its options and its adapter. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { RoomChannels } from '@plenum/core';
import { limits } from '@plenum/protocol';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import type { GatewayConfig } from '../gateway-options.ts';
import { type EngineRequestsDeps, filterEngineRequests } from './engine-requests.ts';
import { HandshakeRefusal } from './handshake-refusal.ts';
import { closeIfLast } from './newcomers.ts';

const defaultConnectTimeoutMs = 10_000;
/**
 * Some WebSocket libraries, such as OkHttp, do not answer a close frame by themselves: their users would notice only after the
 * 30 s of `ws` that the connection has ended.
 */
const closeTimeoutMs = 5000;

interface SocketServerDeps extends EngineRequestsDeps {
  readonly config: GatewayConfig;
  /** Default `/socket.io`. */
  readonly path?: string | undefined;
  readonly roomChannels: RoomChannels | null;
}

export function createSocketServer(httpServer: HttpServer, options: SocketServerDeps): Server {
  const { config, roomChannels, isOriginAllowed, path, namespace } = options;
  // A list such as `h2c, websocket` was accepted because it names WebSocket; ws accepts only that one name.
  httpServer.on('upgrade', ({ headers }: IncomingMessage) => {
    headers.upgrade = 'websocket';
  });
  const io = new Server(httpServer, {
    // Polling is always accepted here, so that a client that tries it gets a refusal that says how to connect.
    transports: ['websocket', 'polling'],
    cors: {
      origin: (origin, decide) =>
        decide(null, isOriginAllowed({ ...(origin === undefined ? {} : { origin }) })),
      // Allows the cookie by which a proxy finds the node of a polling client.
      credentials: config.transports.includes('polling'),
    },
    ...(path === undefined ? {} : { path }),
    serveClient: false,
    allowEIO3: false,
    cookie: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: limits.frameMaxBytes,
    connectTimeout: config.connectTimeoutMs ?? defaultConnectTimeoutMs,
    ...(roomChannels === null
      ? {}
      : {
          adapter: createShardedAdapter(roomChannels, roomChannels, {
            channelPrefix: roomChannels.channelPrefix,
            subscriptionMode: 'dynamic',
          }),
        }),
  });
  endUnanswered(io);
  filterEngineRequests(io, options);
  if (namespace !== '/') refuseRoot(io, namespace);
  return io;
}

/** Every Socket.IO server has the namespace `/`: its clients are refused with the name of ours. */
function refuseRoot(io: Server, namespace: string): void {
  const error = `This server speaks on the namespace ${namespace}`;
  io.use((socket, next) => {
    next(new HandshakeRefusal({ code: 'invalid_request', error, details: { field: 'namespace' } }));
    setImmediate(() => closeIfLast(socket));
  });
}

/** Engine.IO does not pass `closeTimeout` on. It makes a WebSocket server now, and another one when the HTTP server listens. */
function endUnanswered(io: Server): void {
  const closeTimeout = closeTimeoutMs;
  Object.assign(Object(Reflect.get(Object(Reflect.get(io.engine, 'ws')), 'options')), { closeTimeout });
  const options: object = Object(Reflect.get(io.engine, 'opts'));
  const create: unknown = Reflect.get(options, 'wsEngine');
  if (typeof create !== 'function') return;
  const construct = (target: typeof create, [given]: unknown[]): object =>
    Reflect.construct(target, [{ ...Object(given), closeTimeout }]);
  Reflect.set(options, 'wsEngine', new Proxy(create, { construct }));
}
