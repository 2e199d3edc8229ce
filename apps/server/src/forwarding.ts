/** What the doors of this machine have in common: they pass requests and sockets on to a node or a cluster. */
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as overHttp,
} from 'node:http';
import { request as overHttps } from 'node:https';

/** Only what is named is passed on: never what belongs to one connection, nor what frames a body that is not sent. */
export const picked = (headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

/** False for a path that Node reads in a request, and refuses to send in one. */
export const isSendable = (path: string): boolean => !/[^\x21-\xff]/.test(path);

/** Begins the same request at the origin, below its path if it has one, over a connection of its own. */
export function forwarded(
  origin: URL,
  { method, url }: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): ClientRequest {
  const send = origin.protocol === 'https:' ? overHttps : overHttp;
  const { hostname, port, pathname } = origin;
  // A host in brackets is the form of URLs only.
  const host = hostname.replace(/^\[|\]$/g, '');
  const path = pathname.replace(/\/$/, '') + url;
  return send({ host, port, method, path, headers: { ...headers, host: origin.host }, agent: false });
}

export interface Upgraded {
  readonly socket: NodeJS.ReadWriteStream & { destroy(): void };
  /** What has come after the request. */
  readonly head: Buffer;
}

const socketHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions'];

/** Passes a WebSocket on. The user's token is in its packets, so none is added. */
export function forwardSocket(origin: URL, request: IncomingMessage, { socket, head }: Upgraded): void {
  const headers = { ...picked(request.headers, socketHeaders), connection: 'Upgrade', upgrade: 'websocket' };
  const sent = forwarded(origin, request, headers);
  sent.on('error', () => socket.destroy());
  socket.once('close', () => sent.destroy());
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
