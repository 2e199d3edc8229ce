/** Passes requests and sockets of the console's page on to a cluster, with the admin token in the place of the page's own. */
import {
  type ClientRequest,
  type IncomingMessage,
  request as overHttp,
  type ServerResponse,
} from 'node:http';
import { request as overHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

export interface Target {
  readonly origin: URL;
  /** An admin token. */
  readonly token: string;
}

/** A request that is silent for this long has failed, ms. */
const silenceMaxMs = 60_000;
/** All others stay here: those of the connection, the page's own token, and what names this machine. */
const passedHeaders = ['accept', 'content-type', 'content-length', 'idempotency-key'];
const answeredHeaders = ['content-type', 'retry-after'];

const some = (headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

function asked(
  { origin }: Target,
  { method, url }: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): ClientRequest {
  const send = origin.protocol === 'https:' ? overHttps : overHttp;
  const { hostname, port } = origin;
  // A host in brackets is the form of URLs only.
  const host = hostname.replace(/^\[|\]$/g, '');
  return send({ host, port, method, path: url, headers: { ...headers, host: origin.host } });
}

export interface PassOptions {
  /** Fields that the answer, an object of JSON, gets too. */
  readonly added?: Readonly<Record<string, unknown>>;
  /** Called if the cluster gives no answer. */
  readonly onAway: () => void;
}

export function passOn(
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
  { added, onAway }: PassOptions,
): void {
  const headers = {
    ...some(request.headers, passedHeaders),
    authorization: `Bearer ${target.token}`,
  };
  const sent = asked(target, request, headers);
  sent.setTimeout(silenceMaxMs, () => sent.destroy());
  sent.on('error', onAway);
  response.once('close', () => sent.destroy());
  sent.once('response', (answer) => {
    const { statusCode = 502 } = answer;
    answer.once('error', () => response.destroy());
    const answered = {
      ...some(answer.headers, answeredHeaders),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    if (added === undefined || statusCode !== 200) {
      answer.pipe(response.writeHead(statusCode, answered));
      return;
    }
    withFields(answer, added).then(
      (body) => response.writeHead(statusCode, answered).end(body),
      () => response.destroy(),
    );
  });
  request.pipe(sent);
}

async function withFields(answer: IncomingMessage, added: object): Promise<string> {
  const json: unknown = JSON.parse((await buffer(answer)).toString('utf8'));
  return JSON.stringify({ ...(typeof json === 'object' ? json : {}), ...added });
}

export interface Upgraded {
  readonly socket: NodeJS.ReadWriteStream & { destroy(): void };
  /** What has come after the request. */
  readonly head: Buffer;
}

const socketHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions'];

/** The user's token is in the packets of the socket, so none is added. */
export function passSocket(target: Target, request: IncomingMessage, { socket, head }: Upgraded): void {
  const headers = { ...some(request.headers, socketHeaders), connection: 'Upgrade', upgrade: 'websocket' };
  const sent = asked(target, request, headers);
  sent.on('error', () => socket.destroy());
  sent.once('response', (answer) => {
    answer.resume();
    socket.end(
      `HTTP/1.1 ${answer.statusCode ?? 502} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
  });
  sent.once('upgrade', (answer, far, farHead) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    if (farHead.length > 0) socket.write(farHead);
    if (head.length > 0) far.write(head);
    far.on('error', () => {}).once('close', () => socket.destroy());
    socket.once('close', () => far.destroy());
    far.pipe(socket).pipe(far);
  });
  sent.end();
}
