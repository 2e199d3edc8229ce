/** Begins every kind of connection that leaves plain HTTP, or is about to, and resets it at some moment. */
import { socketTo } from '../../support/wire/raw-connection.ts';
import { type Peer, pause, type Target } from '../peer.ts';

const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const socketIo = '/socket.io/?EIO=4&transport=websocket';
const head = (line: string, ...headers: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;

/** By what they begin. */
export const begun: Readonly<Record<string, string>> = {
  nothing: '',
  'half a request': 'GET / HTTP/1.1\r\nHo',
  'a WebSocket on another path': head('GET /other', ...upgrade),
  'a WebSocket on a REST route': head('GET /v1/groups', ...upgrade),
  'a WebSocket of Socket.IO': head(`GET ${socketIo}`, ...upgrade),
  'a WebSocket of Socket.IO and a CONNECT behind it': `${head(`GET ${socketIo}`, ...upgrade)}\u0081\u0082\0\0\0\x0040`,
  'a WebSocket of Engine.IO 3': head('GET /socket.io/?EIO=3&transport=websocket', ...upgrade),
  'a WebSocket of an unknown transport': head('GET /socket.io/?EIO=4&transport=pigeon', ...upgrade),
  'a WebSocket of an unknown session': head(`GET ${socketIo}&sid=unknown`, ...upgrade),
  'a WebSocket without a key': head(`GET ${socketIo}`, ...upgrade.slice(0, 3)),
  'an upgrade to h2c': head(
    'GET /healthz',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAM',
  ),
  'an upgrade to nonsense': head(
    'POST /v1/groups',
    'Connection: Upgrade',
    'Upgrade: nonsense',
    'Content-Length: 9',
  ),
  'a CONNECT': head('CONNECT localhost:1'),
  'a body that waits for 100': head('POST /v1/groups', 'Expect: 100-continue', 'Content-Length: 9'),
  'another expectation': head('GET /healthz', 'Expect: the-unexpected'),
  'a TLS handshake': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'no HTTP': 'this is no HTTP\r\n\r\n',
  'a long answer that is not read': head('GET /openapi.json').repeat(20),
  'a poll': head('GET /socket.io/?EIO=4&transport=polling'),
};

/** From the beginning to the reset, ms: before the node has read it, while it works on it, and when it has answered. */
const delaysMs = [0, 1, 20, 200];
const rounds = 2;

async function reset(
  url: string,
  bytes: string,
  { delayMs, signal }: { delayMs: number; signal: AbortSignal },
) {
  const socket = await socketTo(url);
  socket.on('error', () => {});
  socket.pause();
  socket.write(Buffer.from(bytes, 'latin1'));
  await pause(delayMs, signal);
  socket.resetAndDestroy();
}

async function resetAll(url: string, { signal }: Target): Promise<number> {
  let count = 0;
  for (const bytes of Object.values(begun)) {
    await Promise.all(delaysMs.map((delayMs) => reset(url, bytes, { delayMs, signal })));
    count += delaysMs.length;
  }
  return count;
}

/** @returns how many connections were reset. */
export const resetConnections: Peer<number> = async (target) => {
  const ports = target.adminUrl === null ? [target.url] : [target.url, target.adminUrl];
  let count = 0;
  for (let round = 0; round < rounds && !target.signal.aborted; round += 1) {
    const counts = await Promise.all(ports.map((url) => resetAll(url, target)));
    count += counts.reduce((sum, one) => sum + one, 0);
  }
  // A node that ends because of one does so by the next turn of its event loop, or when it gives the connection up.
  await pause(1500, target.signal);
  return count;
};
