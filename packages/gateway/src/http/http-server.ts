/** Our own Fastify: limits, and the one error shape also for what never becomes a request. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, type Logger, PlenumError, type Random } from '@plenum/core';
import { type Failure, limits } from '@plenum/protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../gateway-options.ts';
import { sharedListener } from '../shared-listener.ts';
import { createErrorHandler, idOf, sendFailure, unknownRoute } from './failures.ts';
import { createNodeServer } from './node-server.ts';
import { endWithFailure } from './raw-failure.ts';

/** A percent-encoded character takes three. */
const paramMaxLength = 3 * limits.idMaxLength;
/** A peer that does not answer a closing connection is cut after this long. */
const closeGraceMs = 1000;
/** The whole of a request, head and body, has to be here after this long. */
const defaultRequestTimeoutMs = 10_000;
/** How often Node looks for those that are late. */
const lateCheckMs = 1000;
/** Between two requests of a connection; longer than proxies wait, so that they are the ones who close. */
const keepAliveMs = 72_000;
/** Of names and values together, as Node has it. */
const headersMaxBytes = 16 * 1024;

interface HttpServerDeps {
  readonly random: Random;
  readonly logger: Logger;
  readonly config: Pick<GatewayConfig, 'requestTimeoutMs'>;
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

/** Of two hosts a proxy in front may have looked at the other one. */
function hostProblem({ httpVersion, rawHeaders }: IncomingMessage): Failure | null {
  const isHost = (text: string, index: number) => index % 2 === 0 && text.toLowerCase() === 'host';
  const count = rawHeaders.filter(isHost).length;
  if (count > 1) return twoHosts;
  return count === 0 && httpVersion !== '1.0' ? noHost : null;
}

/** Answers bytes that are no HTTP request, one with too large a header, and one that does not come to its end. */
function refuseConnection(socket: Socket, { code }: { readonly code: string }, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  endWithFailure(socket, refusals[code] ?? noHttp, requestId);
}

export function createHttpServer({ random, logger, config }: HttpServerDeps): FastifyInstance {
  const requestTimeoutMs = config.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const onError = createErrorHandler(random, logger);
  const app = Fastify({
    bodyLimit: limits.frameMaxBytes,
    serverFactory: (listener) =>
      createNodeServer(listener, {
        ...{ requestTimeoutMs, lateCheckMs, keepAliveMs, random },
        onError: (error) => logger.warn({ err: error }, 'a connection could not be taken'),
      }),
    routerOptions: { maxParamLength: paramMaxLength },
    // Answered by us, as draining, in the one error shape.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void onError(error, request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(socket, error, random.token()),
  });
  app.addHook('onRequest', async (request, reply) => {
    const problem = hostProblem(request.raw) ?? (request.is404 ? unknownRoute(request) : null);
    if (problem !== null) return sendFailure(reply, problem, idOf(request, random).requestId);
  });
  app.setErrorHandler(onError);
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, unknownRoute(request), idOf(request, random).requestId),
  );
  return app;
}

/** @returns closes the server; connections that it waits for in vain are cut after a moment of grace. */
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

/** @returns the URL that is listened on. @throws PlenumError with one sentence that says why it is not. */
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
