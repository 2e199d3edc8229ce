/**
 * Creates our own Fastify server, with its limits, and with the one error shape also for bytes that never become a
 * request.
 */
import type { IncomingMessage } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { type Clock, type Logger, PlenumError, type Random } from '@plenum/core';
import { type Failure, limits } from '@plenum/protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../gateway-options.ts';
import { sharedListener } from '../shared-listener.ts';
import { badPathPage } from './bad-path-page.ts';
import { createErrorHandler, idOf, sendFailure, unknownRoute } from './failures.ts';
import { createNodeServer } from './node-server.ts';
import { endWithFailure } from './raw-failure.ts';

/** One percent-encoded character takes three characters. */
const paramMaxLength = 3 * limits.idMaxLength;
/** Time after which a connection is cut that its peer does not close, ms. */
const closeGraceMs = 1000;
/** A whole request, head and body, has to arrive within this time. */
const defaultRequestTimeoutMs = 10_000;
/** How often Node looks for late requests. */
const lateCheckMs = 1000;
/**
 * The longest idle time between two requests of a connection. Longer than proxies wait, so the proxy closes first.
 */
const keepAliveMs = 72_000;
/** Bytes of all header names and values together; Node's default. */
const headersMaxBytes = 16 * 1024;

interface HttpServerDeps {
  readonly random: Random;
  readonly logger: Logger;
  readonly config: Pick<GatewayConfig, 'requestTimeoutMs'>;
  readonly drain: { readonly doOthersAccept: boolean };
  /** Absent: this server has no console. */
  readonly console?: { readonly folder: string } | undefined;
}

const refusals: Readonly<Record<string, Failure>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'invalid_request',
    error: 'the request did not come to its end in time',
  },
  HPE_HEADER_OVERFLOW: {
    code: 'invalid_request',
    error: `headers are larger than ${headersMaxBytes} bytes`,
    details: { field: 'headers', limit: headersMaxBytes },
  },
  HPE_INVALID_METHOD: {
    code: 'invalid_request',
    error: 'the method is none of HTTP',
    details: { field: 'method' },
  },
};
const noHost: Failure = { code: 'invalid_request', error: 'host is missing', details: { field: 'host' } };
const twoHosts: Failure = {
  code: 'invalid_request',
  error: 'the Host header must appear once',
  details: { field: 'host' },
};
const noHttp: Failure = { code: 'invalid_request', error: 'this is not a valid HTTP request' };

/** Checks that there is one Host header. If there were two, a proxy in front could have used the other one. */
function hostProblem({ httpVersion, rawHeaders }: IncomingMessage): Failure | null {
  const isHost = (text: string, index: number) => index % 2 === 0 && text.toLowerCase() === 'host';
  const count = rawHeaders.filter(isHost).length;
  if (count > 1) return twoHosts;
  return count === 0 && httpVersion !== '1.0' ? noHost : null;
}

/** Answers bytes that are no HTTP request, too large headers, and an incomplete request. */
function refuseConnection(socket: Socket, { code }: { readonly code: string }, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  endWithFailure(socket, refusals[code] ?? noHttp, requestId);
}

export function createHttpServer(deps: HttpServerDeps): FastifyInstance {
  const { random, logger, config, drain, console } = deps;
  const requestTimeoutMs = config.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const onError = createErrorHandler(random, logger);
  const ofBadPath = console === undefined ? null : badPathPage(console.folder);
  const app = Fastify({
    bodyLimit: limits.frameMaxBytes,
    serverFactory: (listener) =>
      createNodeServer(listener, {
        ...{ requestTimeoutMs, lateCheckMs, keepAliveMs, random },
        onError: (error) => logger.warn({ err: error }, 'could not accept a connection'),
      }),
    routerOptions: { maxParamLength: paramMaxLength },
    // Our drain answers instead, in the one error shape.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      if (error.code === 'FST_ERR_BAD_URL' && ofBadPath?.(request, reply)) return;
      onError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => refuseConnection(socket, error, random.token()),
  });
  app.addHook('onRequest', async (request, reply) => {
    const problem = hostProblem(request.raw) ?? (request.is404 ? unknownRoute(request) : null);
    if (problem !== null) return sendFailure(reply, problem, idOf(request, random).requestId);
  });
  // The next request of the client then meets a process that accepts.
  app.addHook('onSend', async (_request, reply) => {
    if (drain.doOthersAccept) reply.header('connection', 'close');
  });
  app.setErrorHandler(onError);
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, unknownRoute(request), idOf(request, random).requestId),
  );
  return app;
}

/**
 * Closes the port and no connection: a client may be writing a request on one that is idle here, and would not know
 * whether it was served.
 */
export function stopAccepting({ server }: FastifyInstance): void {
  NetServer.prototype.close.call(server);
}

/** @returns a function that closes the server, and cuts connections that stay open after 1 s */
export function closerOf(app: FastifyInstance, clock: Clock): () => Promise<void> {
  const connections = new Set<Socket>();
  const onClose = sharedListener((socket: Socket) => connections.delete(socket));
  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', onClose);
  });
  return async () => {
    const cancelCut = clock.after(closeGraceMs, () => {
      for (const socket of connections) socket.destroy();
    });
    await app.close();
    cancelCut();
  };
}

const listenProblems = new Map([
  ['EADDRINUSE', 'is in use by another process: stop it or choose another port'],
  ['EACCES', 'may not be used by this user: choose a port above 1023'],
  ['EADDRNOTAVAIL', 'is no address of this machine'],
  ['ENOTFOUND', 'is a host name that cannot be resolved'],
]);

/** @returns the URL of the listener. @throws PlenumError with one sentence that says why it cannot listen */
export async function listenOn(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const problem = listenProblems.get(code) ?? `cannot be listened on (${code || String(cause)})`;
    throw new PlenumError({ code: 'unavailable', error: `${host}:${port} ${problem}` }, { cause });
  }
}
