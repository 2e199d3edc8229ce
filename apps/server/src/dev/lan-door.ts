/**
 * Lets phones of the network into the playground of a node in dev mode, which itself listens on this machine only. The door has
 * the pages and the WebSocket, for which a user token is needed, and nothing else: no REST, no tokens, no admin requests. A phone
 * gets its token with the QR code that the page on this machine shows.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { json } from 'node:stream/consumers';
import { forwarded, forwardSocket, isSendable, picked } from '../forwarding.ts';

export interface LanDoor {
  /** `192.168.1.20:3001`, one for each address of this machine. */
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

export interface LanDoorOptions {
  /** Of the node. */
  readonly url: string;
  /** 0: any free one. */
  readonly port: number;
  /** Default: the IPv4 addresses of this machine, without those that only it can reach. */
  readonly addresses?: readonly string[];
}

const connectionsMax = 200;

/** @throws Error with one sentence if the machine has no address in a network, or the port is taken */
export async function openLanDoor({
  url,
  port,
  addresses = lanAddresses(),
}: LanDoorOptions): Promise<LanDoor> {
  if (addresses.length === 0) throw new Error('--lan: this machine has no IPv4 address in a network');
  const node = new URL(url);
  const sockets = new Set<Socket>();
  let hosts: readonly string[] = [];
  const mayPass = ({ headers }: IncomingMessage) => hosts.includes(headers.host ?? '');
  const server = createServer((asked, answer) => {
    const pass = isSettings(asked) ? passSettings : isPage(asked) ? passPage : null;
    if (pass === null || !mayPass(asked)) refuse(answer);
    else pass(node, asked, answer).catch(() => answer.destroy());
  });
  server.maxConnections = connectionsMax;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (asked, socket: Socket, head) => {
    // A page of another place may not use the token that a browser has here: it has none, and gets no connection.
    const isOwn = asked.headers.origin === `http://${asked.headers.host}`;
    if (!mayPass(asked) || !isOwn || !isSocket(asked)) socket.destroy();
    else forwardSocket(node, asked, { socket, head });
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`--lan: port ${port} is taken: choose another one, for example --lan ${port + 1}`)
          : error,
      ),
    );
    server.listen(port, '0.0.0.0', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  hosts = addresses.map((address) => `${address}:${bound}`);
  return {
    hosts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The IPv4 addresses under which other machines reach this one. */
export const lanAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/** What the page reads of its node at its start. */
const isSettings = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && isSendable(url) && /^\/playground\.json(?:\?[^#]*)?$/.test(url);

/** The page itself, and the files that its build has made. */
const isPage = ({ method, url = '' }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  isSendable(url) &&
  /^\/(?:assets\/[\w.-]+)?(?:\?[^#]*)?$/.test(url);

const isSocket = ({ url = '', headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && isSendable(url) && /^\/socket\.io\/\?/.test(url);

function refuse(answer: ServerResponse): void {
  answer.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
}

const pageHeaders = ['accept', 'accept-encoding', 'if-none-match'];
/** Of a connection, not of an answer. */
const ownHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Asks the node, without a body. What breaks on one side ends the other. */
function ask(
  node: URL,
  asked: IncomingMessage,
  answer: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const passed = forwarded(node, asked, headers);
  answer.once('close', () => passed.destroy());
  return new Promise((resolve) => {
    passed.on('error', () => answer.destroy());
    passed.once('response', (found) => {
      found.once('error', () => answer.destroy());
      resolve(found);
    });
    passed.end();
  });
}

async function passPage(node: URL, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const found = await ask(node, asked, answer, picked(asked.headers, pageHeaders));
  const kept = Object.entries(found.headers).filter(([name]) => !ownHeaders.has(name));
  answer.writeHead(found.statusCode ?? 502, Object.fromEntries(kept));
  found.pipe(answer);
}

/** For pages of the door there are no tokens of dev mode. */
async function passSettings(node: URL, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const found = await ask(node, asked, answer, {});
  const settings = await json(found).catch(() => null);
  if (settings === null) {
    answer.destroy();
    return;
  }
  const body = JSON.stringify({
    ...Object(settings),
    has_dev_tokens: false,
    has_cluster: false,
    has_console: false,
  });
  answer.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}
