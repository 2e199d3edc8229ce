/**
 * Node's HTTP server under Fastify. It decides which requests become an upgrade, and answers the requests that Node
 * gives to no request listener (CONNECT, Expect). An `Upgrade` to a protocol that is not spoken here, such as curl's
 * `h2c`, is ignored, as HTTP allows: the request is served as usual.
 */
import {
  createServer,
  type Server as HttpServer,
  IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Random } from '@plenum/core';
import type { Failure } from '@plenum/protocol';
import { endWithFailure, refuseRequest } from './raw-failure.ts';
import { guardSockets } from './server-sockets.ts';

/** The path of our own Socket.IO server; a server of the caller may have another one. */
const socketPath = '/socket.io/';

/** True if the list of protocols, each perhaps with a version, names WebSocket: `h2c, websocket`. */
export const namesWebSocket = (header: string | undefined): boolean =>
  (header ?? '').split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');

/**
 * Decides about an upgrade: Node reads `upgrade` when the head of the request is complete, and serves the request as
 * usual if it is false.
 */
class HttpRequest extends IncomingMessage {
  declare isUpgradeAsked: boolean | null;

  get upgrade(): boolean {
    if (this.isUpgradeAsked !== true) return false;
    if (this.method === 'CONNECT') return true;
    const { method, url = '', httpVersionMajor, httpVersionMinor, headers } = this;
    const isOld = httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor === 0);
    return !isOld && method === 'GET' && url.startsWith(socketPath) && namesWebSocket(headers.upgrade);
  }
  set upgrade(isAsked: boolean | null) {
    this.isUpgradeAsked = isAsked;
  }
}

interface NodeServerDeps {
  readonly requestTimeoutMs: number;
  /** How often Node looks for late requests. */
  readonly lateCheckMs: number;
  readonly keepAliveMs: number;
  readonly random: Random;
  /** Called when a connection cannot be accepted, for example because no file descriptor is left. */
  readonly onError: (error: Error) => void;
}

const noTunnel: Failure = { code: 'unsupported_request', error: 'unsupported function: CONNECT' };
const noExpectation: Failure = {
  code: 'invalid_request',
  error: 'expect can only be 100-continue',
  details: { field: 'expect' },
};

export function createNodeServer(listener: RequestListener, options: NodeServerDeps): HttpServer {
  const { requestTimeoutMs, lateCheckMs, random } = options;
  const server = createServer(
    {
      IncomingMessage: HttpRequest,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(lateCheckMs, requestTimeoutMs),
      keepAliveTimeout: options.keepAliveMs,
      // `hostProblem` checks the Host header instead, in the one error shape.
      requireHostHeader: false,
    },
    listener,
  );
  guardSockets(server);
  // Before the server listens, an error means that the port is not available: `listenOn` reports that.
  server.on('error', (error) => server.listening && options.onError(error));
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    endWithFailure(socket, noTunnel, random.token()),
  );
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    refuseRequest(response, noExpectation, random.token()),
  );
  return server;
}
