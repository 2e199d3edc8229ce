/**
 * Serves one request at a time per HTTP connection: the next begins when the peer has taken the answer to the one
 * before. Node alone would begin all requests of one read at once, which may be more than a thousand.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Random } from '@plenum/core';
import type { Failure } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { UnreadBudget } from '../outbound/unread-budget.ts';
import { endWithFailure } from './raw-failure.ts';

/** Requests of one connection that may wait while one is served. Browsers and proxies send none. */
const pipelinedMax = 16;
/** The same limit over all connections: each waiting request takes some kilobytes. */
const pipelinedInProcessMax = 1024;

const tooMany: Failure = {
  code: 'rate_limited',
  retryAfterMs: 1000,
  details: { limit: pipelinedMax, reason: 'too many requests of one connection wait for their answers' },
};

interface PipelinedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Called once, when the requests before it are answered; never if the connection ends before. */
  readonly serve: () => void;
}

/** The requests of one connection. */
interface Line {
  isBusy: boolean;
  /** Requests after the one that is served. */
  readonly waiting: PipelinedRequest[];
}

interface PipelinedRequestsDeps {
  readonly budget: UnreadBudget;
  readonly random: Random;
  /** The client's address, for the limit of unread bytes per address. */
  readonly addressOf: (request: IncomingMessage) => string;
}

export class PipelinedRequests {
  readonly #options: PipelinedRequestsDeps;
  readonly #lines = new WeakMap<Socket, Line>();
  #waitingInProcess = 0;

  constructor(options: PipelinedRequestsDeps) {
    this.#options = options;
  }

  take(pipelined: PipelinedRequest): void {
    const { socket } = pipelined.request;
    // A request that the caller's test injects has no connection.
    if (!(socket instanceof Socket)) {
      pipelined.serve();
      return;
    }
    const line = this.#lineOf(socket);
    if (!line.isBusy) this.#run(pipelined, line);
    else if (socket.destroyed || socket.writableEnded) return;
    else if (line.waiting.length < pipelinedMax && this.#waitingInProcess < pipelinedInProcessMax) {
      line.waiting.push(pipelined);
      this.#waitingInProcess += 1;
      // Unread bytes stay in the kernel.
      socket.pause();
    } else this.#refuse(socket);
  }

  #lineOf(socket: Socket): Line {
    const known = this.#lines.get(socket);
    if (known !== undefined) return known;
    const line: Line = { isBusy: false, waiting: [] };
    this.#lines.set(socket, line);
    socket.once('close', () => {
      this.#waitingInProcess -= line.waiting.splice(0).length;
    });
    return line;
  }

  #run(pipelined: PipelinedRequest, line: Line): void {
    const { request, response } = pipelined;
    const { socket } = request;
    const outbound = this.#options.budget.of(socket);
    outbound.address = this.#options.addressOf(request);
    outbound.userId = null;
    line.isBusy = true;
    response.once('prefinish', () => outbound.wrote(socket.writableLength));
    response.once('close', () => this.#next(socket, line));
    pipelined.serve();
  }

  /** Begins the next request, when the answer has left the process or the connection is gone. */
  #next(socket: Socket, line: Line): void {
    line.isBusy = false;
    const next = socket.destroyed ? undefined : line.waiting.shift();
    if (next === undefined) return;
    this.#waitingInProcess -= 1;
    if (line.waiting.length === 0) socket.resume();
    this.#run(next, line);
  }

  /**
   * Refuses a connection with too many waiting requests. After the head of an answer was written, it can only be cut.
   */
  #refuse(socket: Socket): void {
    readNoMoreRequests(socket);
    const current: unknown = Reflect.get(socket, '_httpMessage');
    const isSilent = Reflect.get(Object(current), 'headersSent') === false;
    if (isSilent) endWithFailure(socket, tooMany, this.#options.random.token());
    else socket.destroy();
  }
}

/** The value by which Node's parser stops: the rest is no HTTP, as after an upgrade. */
const endOfHttp = () => 2;

/**
 * Stops the parser of the connection. Otherwise Node would create a request for each one in the bytes that it has
 * read, and an error with a stack for each when the connection ends: 30 ms for 1,500 requests, during which no other
 * connection is accepted. A test pins where the parser is.
 */
function readNoMoreRequests(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', endOfHttp);
}

/**
 * Wraps all present request listeners of the server, Socket.IO's included, so that requests are served one at a time.
 */
export function serveOneByOne(server: Server, requests: PipelinedRequests): void {
  const isListener = (listener: unknown): listener is RequestListener => typeof listener === 'function';
  const listeners = server.listeners('request').filter(isListener);
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const serve = () => {
      for (const listener of listeners) listener.call(server, request, response);
    };
    requests.take({ request, response, serve });
  });
}

/** The same for the routes of one plugin, on a server whose other listeners belong to the caller. */
export function serveRoutesOneByOne(scope: FastifyInstance, requests: PipelinedRequests): void {
  scope.addHook('onRequest', (request, reply, done) => {
    requests.take({ request: request.raw, response: reply.raw, serve: done });
  });
}
