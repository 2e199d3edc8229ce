/**
 * Serves the console on this machine for one person: the pages of this version, and the requests of the page, which it
 * passes on to a cluster with the admin token. The page gets a token of its own by a link that works once, so neither
 * another user of the machine nor a page of another site can use it, and the admin token never leaves this process.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { openStaticSite } from '@plenum/gateway';
import { consoleSessionArgsSchema, errors, type Failure, failureBody } from '@plenum/protocol';
import { forwardSocket, isSendable, type Upgraded } from '../forwarding.ts';
import { newSecret, systemRandom } from '../secrets.ts';
import { consoleLink } from './console-access.ts';
import { passOn, type Target } from './pass-on.ts';

export interface LocalConsoleOptions {
  /** Of the built pages. */
  readonly folder: string;
  /** The URL of a node or a load balancer that takes admin requests; with a path if the node is mounted below one. */
  readonly target: string;
  /** An admin token of the cluster. */
  readonly token: string;
  /** On this machine; 0: any free one. */
  readonly port: number;
  /** False: only `GET` and `HEAD` are passed on, and no sockets. */
  readonly canWrite: boolean;
}

export interface LocalConsole {
  /** Works once, within ten minutes. */
  readonly link: string;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const linkLifeMs = 10 * 60_000;
const codeBytes = 18;
const bodyMaxBytes = 1024;

const readOnly: Failure = {
  code: 'forbidden',
  error: 'This console only reads: start `plenum console` with --write for changes',
};
const foreignHost: Failure = {
  code: 'forbidden',
  error: `This console answers to ${host} and localhost only`,
  details: { field: 'host' },
};
const away: Failure = { code: 'unavailable', error: 'The cluster does not answer' };
const usedLink: Failure = {
  code: 'unauthenticated',
  error: 'This link has been used or is past its time: start `plenum console` again for another one',
};

/** @throws Error with one sentence if the port is taken */
export async function startLocalConsole(options: LocalConsoleOptions): Promise<LocalConsole> {
  const server = createServer();
  server.listen(options.port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE'
      ? new Error(`Port ${options.port} is taken: choose another one`)
      : error;
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const served = new ServedConsole(options, port);
  server.on('request', (request, response) => {
    served.answer(request, response).catch(() => response.destroy());
  });
  const sockets = new Set<{ destroy(): void }>();
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    // An error such as a reset needs no handling: `close` follows.
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    served.upgrade(request, { socket, head });
  });
  return {
    link: consoleLink(`http://${host}:${port}`, served.code),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

class ServedConsole {
  readonly code = randomBytes(codeBytes).toString('base64url');
  readonly #codeEndsMs = performance.now() + linkLifeMs;
  readonly #token = newSecret();
  readonly #site: ReturnType<typeof openStaticSite>;
  readonly #target: Target;
  readonly #canWrite: boolean;
  readonly #hosts: readonly string[];
  #isCodeTaken = false;

  constructor({ folder, target, token, canWrite }: LocalConsoleOptions, port: number) {
    this.#site = openStaticSite(folder, { hasInlineStyles: false });
    this.#target = { origin: new URL(target), token };
    this.#canWrite = canWrite;
    this.#hosts = [`${host}:${port}`, `localhost:${port}`];
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const refusal = this.#placeProblem(request);
    if (refusal !== null) refuse(response, refusal);
    else if (path === '/v1/console/session' && request.method === 'POST')
      await this.#begin(request, response);
    else if (path.startsWith('/v1/')) this.#pass(path, request, response);
    else if (path === '/readyz' && isGet(request)) this.#passHealth(request, response);
    else this.#sendPage(path, request, response);
  }

  upgrade(request: IncomingMessage, upgraded: Upgraded): void {
    const { url = '' } = request;
    const isAllowed =
      this.#canWrite &&
      this.#placeProblem(request) === null &&
      request.headers.origin !== undefined &&
      url.startsWith('/socket.io/') &&
      isSendable(url);
    if (isAllowed) forwardSocket(this.#target.origin, request, upgraded);
    else upgraded.socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  }

  /** Refuses other names of this machine (DNS rebinding), and pages of other origins. */
  #placeProblem({ headers }: IncomingMessage): Failure | null {
    if (headers.host === undefined || !this.#hosts.includes(headers.host)) return foreignHost;
    const { origin } = headers;
    return origin === undefined || origin === `http://${headers.host}` ? null : { code: 'origin_denied' };
  }

  async #begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const args = consoleSessionArgsSchema.safeParse(body);
    if (!args.success) return refuse(response, { code: 'invalid_args', details: { field: 'code' } });
    const isOver = this.#isCodeTaken || performance.now() > this.#codeEndsMs;
    if (isOver || !isSame(args.data.code, this.code)) return refuse(response, usedLink);
    this.#isCodeTaken = true;
    sendJson(response, 200, { token: this.#token });
  }

  #pass(path: string, request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.#passProblem(request);
    if (refusal !== null) {
      refuse(response, refusal);
      return;
    }
    const isAdmin = path === '/v1/admin' && request.method === 'GET';
    passOn(this.#target, request, response, {
      ...(isAdmin && !this.#canWrite ? { added: { read_only: true } } : {}),
      onAway: () => refuse(response, away),
    });
  }

  /** Readiness is public at the cluster: neither side needs a token. */
  #passHealth(request: IncomingMessage, response: ServerResponse): void {
    const target = { ...this.#target, token: null };
    passOn(target, request, response, { onAway: () => refuse(response, away) });
  }

  #passProblem(request: IncomingMessage): Failure | null {
    const { authorization = '' } = request.headers;
    if (!isSame(authorization, `Bearer ${this.#token}`)) return { code: 'unauthenticated' };
    return isGet(request) || this.#canWrite ? null : readOnly;
  }

  #sendPage(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === '/') {
      response.writeHead(302, { location: '/console' }).end();
      return;
    }
    const isPage = path === '/console' || path.startsWith('/console/');
    const name = path.startsWith('/console/assets/') ? path.slice('/console/'.length) : 'console.html';
    const found = isPage && isGet(request) ? this.#site.answer(name, request.headers) : null;
    if (found === null) {
      refuse(response, { code: 'unsupported_request' });
      return;
    }
    response.writeHead(found.status, { ...found.headers, 'x-content-type-options': 'nosniff' });
    response.end(request.method === 'HEAD' ? undefined : found.body);
  }
}

const isGet = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** @returns undefined for a body that is too long or no JSON */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > bodyMaxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, failure: Failure): void {
  if (response.headersSent) response.destroy();
  else
    sendJson(response, errors[failure.code].http, {
      ...failureBody(failure),
      request_id: systemRandom.token(),
    });
}
