/** Our own Socket.IO server: its options, its adapter, and which HTTP requests may become a connection. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Logger, Random, RoomChannels } from '@plenum/core';
import { limits } from '@plenum/protocol';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import type { DrainFlag, GatewayConfig } from '../gateway-options.ts';
import type { ClientAddress } from './client-address.ts';
import type { OriginRule } from './origins.ts';
import { turnAwayWhileDraining } from './turned-away.ts';

const defaultConnectTimeoutMs = 10_000;
/** Addresses whose polling attempts were logged; when it is full the oldest is forgotten and may be logged again. */
const loggedAddressesMax = 1000;
const pollingRefusal =
  "This server speaks WebSocket only: connect with io(url, { transports: ['websocket'] }), or set PLENUM_TRANSPORTS=websocket,polling on a server behind sticky sessions";

interface SocketServerOptions {
  readonly config: GatewayConfig;
  readonly roomChannels: RoomChannels | null;
  readonly isOriginAllowed: OriginRule;
  readonly clientAddress: ClientAddress;
  readonly drainFlag: DrainFlag;
  readonly random: Random;
  readonly logger: Logger;
}

type AllowRequest = (
  request: IncomingMessage,
  decide: (refusal: string | null, isAllowed: boolean) => void,
) => void;

const transportOf = (request: IncomingMessage) =>
  new URLSearchParams(request.url?.split('?')[1] ?? '').get('transport');

/**
 * A WebSocket of a foreign origin passes here and is refused by the handshake, since only there a refusal can carry a code;
 * a polling request is refused at once.
 */
function requestFilter(options: SocketServerOptions): AllowRequest {
  const { config, isOriginAllowed, clientAddress, logger } = options;
  const isPollingAllowed = config.transports.includes('polling');
  const logged = new Set<string>();
  return (request, decide) => {
    if (transportOf(request) !== 'polling') return decide(null, true);
    if (!isPollingAllowed) {
      const peer = request.socket.remoteAddress ?? 'unknown';
      logOncePerAddress(clientAddress(peer, request.headers), logged, logger);
      return decide(pollingRefusal, false);
    }
    const isAllowed = isOriginAllowed(request.headers);
    decide(isAllowed ? null : 'This origin may not connect', isAllowed);
  };
}

function logOncePerAddress(address: string, logged: Set<string>, logger: Logger): void {
  if (logged.has(address)) return;
  const [oldest] = logged;
  if (logged.size >= loggedAddressesMax && oldest !== undefined) logged.delete(oldest);
  logged.add(address);
  logger.warn({ address }, `a client tried polling. ${pollingRefusal}`);
}

export function createSocketServer(httpServer: HttpServer, options: SocketServerOptions): Server {
  const { config, roomChannels, isOriginAllowed } = options;
  // A list such as `h2c, websocket` came this far because a WebSocket is in it; ws takes that name alone.
  httpServer.on('upgrade', ({ headers }: IncomingMessage) => {
    headers.upgrade = 'websocket';
  });
  const io = new Server(httpServer, {
    // Polling is always understood, so that a client which tries it can be told what to do.
    transports: ['websocket', 'polling'],
    allowRequest: requestFilter(options),
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
  turnAwayWhileDraining(io, options);
  return io;
}
