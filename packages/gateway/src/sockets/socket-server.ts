/** Our own Socket.IO server: its options and its adapter. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { RoomChannels } from '@plenum/core';
import { limits } from '@plenum/protocol';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import type { GatewayConfig } from '../gateway-options.ts';
import { type EngineRequestsDeps, filterEngineRequests } from './engine-requests.ts';

const defaultConnectTimeoutMs = 10_000;

interface SocketServerDeps extends EngineRequestsDeps {
  readonly config: GatewayConfig;
  readonly roomChannels: RoomChannels | null;
}

export function createSocketServer(httpServer: HttpServer, options: SocketServerDeps): Server {
  const { config, roomChannels, isOriginAllowed } = options;
  // A list such as `h2c, websocket` came this far because a WebSocket is in it; ws takes that name alone.
  httpServer.on('upgrade', ({ headers }: IncomingMessage) => {
    headers.upgrade = 'websocket';
  });
  const io = new Server(httpServer, {
    // Polling is always understood, so that a client which tries it gets the fix.
    transports: ['websocket', 'polling'],
    cors: {
      origin: (origin, decide) =>
        decide(null, isOriginAllowed({ ...(origin === undefined ? {} : { origin }) })),
      // The cookie by which a proxy finds the node of a client that polls.
      credentials: config.transports.includes('polling'),
    },
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
  filterEngineRequests(io, options);
  return io;
}
