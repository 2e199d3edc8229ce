/**
 * Lets phones of the network into the playground of a node in dev mode, which itself listens on this machine only. The door has
 * the pages and the WebSocket, for which a user token is needed, and nothing else: no REST, no tokens, no admin requests. A phone
 * gets its token with the QR code that the page on this machine shows.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

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
    if (!mayPass(asked) || !isPage(asked)) refuse(answer);
    else passRequest(node, asked, answer);
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
    else passUpgrade(node, asked, { socket, head });
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

/** The page itself, its settings, and the files that its build has made. */
const isPage = ({ method, url = '' }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  /^\/(?:playground\.json|assets\/[\w.-]+)?(?:\?[^#]*)?$/.test(url);

const isSocket = ({ url = '', headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && /^\/socket\.io\/\?/.test(url);

function refuse(answer: ServerResponse): void {
  answer.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
}

/** The node answers under its own name only. */
const headersFor = (node: URL, { origin, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders => ({
  ...headers,
  host: node.host,
  ...(origin === undefined ? {} : { origin: node.origin }),
});

function passRequest(node: URL, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, url: path } = asked;
  const isSettings = /^\/playground\.json/.test(path ?? '');
  const headers = headersFor(node, asked.headers);
  const passed = request(node, { method, path, headers: isSettings ? plain(headers) : headers }, (found) => {
    if (isSettings) return void passSettings(found, answer);
    answer.writeHead(found.statusCode ?? 502, found.headers);
    found.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  passed.end();
}

const plain = ({ 'accept-encoding': _, 'if-none-match': __, ...headers }: IncomingHttpHeaders) => headers;

/** For pages of the door there are no tokens of dev mode. */
async function passSettings(found: IncomingMessage, answer: ServerResponse): Promise<void> {
  const settings: unknown = JSON.parse(Buffer.concat(await found.toArray()).toString('utf8'));
  const body = JSON.stringify({ ...Object(settings), has_dev_tokens: false, has_cluster: false });
  answer.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}

interface Upgraded {
  readonly socket: Socket;
  readonly head: Buffer;
}

function passUpgrade(node: URL, asked: IncomingMessage, { socket, head }: Upgraded): void {
  const passed = request(node, { path: asked.url, headers: headersFor(node, asked.headers) });
  const end = () => socket.destroy();
  passed.on('error', end);
  // The node has refused the connection.
  passed.on('response', end);
  passed.on('upgrade', (found, far, farHead) => {
    const lines = Object.entries(found.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
    if (farHead.length > 0) socket.write(farHead);
    if (head.length > 0) far.write(head);
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
      one.pipe(other);
    }
  });
  socket.on('error', () => passed.destroy());
  passed.end();
}
