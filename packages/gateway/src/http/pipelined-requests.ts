/**
 * One request of an HTTP connection at a time: the next one is served when the peer has taken the answer to the one before.
 * Node by itself serves all that lie in one piece of what it reads, which may be more than a thousand.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Random } from '@plenum/core';
import type { Failure } from '@plenum/protocol';
import type { FastifyInstance } from 'fastify';
import type { UnreadBudget } from '../outbound/unread-budget.ts';
import { endWithFailure } from './raw-failure.ts';

/** Requests of one connection that wait behind the one that is served. Browsers and proxies send none. */
const pipelinedMax = 16;
/** The same over all connections: each keeps some kilobytes. */
const pipelinedInProcessMax = 1024;

const tooMany: Failure = {
  code: 'rate_limited',
  retryAfterMs: 1000,
  details: { limit: pipelinedMax, reason: 'too many requests of one connection wait for their answers' },
};

interface PipelinedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Called once, when the requests before it are answered; never, when its connection ends before. */
  readonly serve: () => void;
}

/** Of one connection. */
interface Line {
  isBusy: boolean;
  /** Behind the request that is served. */
  readonly waiting: PipelinedRequest[];
}

interface PipelinedRequestsDeps {
  readonly budget: UnreadBudget;
  readonly random: Random;
  /** Who is behind the request, for the bound of its address. */
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
    // A request that a test of the caller's injects has no connection.
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
      // What the kernel holds stays there.
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

  /** The answer has left the process, or the connection is gone. */
  #next(socket: Socket, line: Line): void {
    line.isBusy = false;
    const next = socket.destroyed ? undefined : line.waiting.shift();
    if (next === undefined) return;
    this.#waitingInProcess -= 1;
    if (line.waiting.length === 0) socket.resume();
    this.#run(next, line);
  }

  /** In the middle of an answer nothing else can be said. */
  #refuse(socket: Socket): void {
    readNoMoreRequests(socket);
    const current: unknown = Reflect.get(socket, '_httpMessage');
    const isSilent = Reflect.get(Object(current), 'headersSent') === false;
    if (isSilent) endWithFailure(socket, tooMany, this.#options.random.token());
    else socket.destroy();
  }
}

/** Node's own answer for a request that becomes an upgrade: what follows is no HTTP. */
const endOfHttp = () => 2;

/**
 * Node would make a request of each that lies in the piece which it reads, and an error with a stack for each when the
 * connection ends: of 1,500 requests that is 30 ms, in which no other connection is accepted. A test pins where the parser is.
 */
function readNoMoreRequests(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', endOfHttp);
}

/** Puts this bound in front of all that listens for requests of the server by now, Socket.IO included. */
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

/** The same for the routes of one plugin, on a server whose other listeners are the caller's. */
export function serveRoutesOneByOne(scope: FastifyInstance, requests: PipelinedRequests): void {
  scope.addHook('onRequest', (request, reply, done) => {
    requests.take({ request: request.raw, response: reply.raw, serve: done });
  });
}
