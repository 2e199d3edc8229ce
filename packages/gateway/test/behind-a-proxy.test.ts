/** A node behind a proxy: addresses in its log, cookies of polling clients, and drains. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { io, Manager } from 'socket.io-client';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';

const forwarded = { 'x-forwarded-for': '192.0.2.7' };
const handshake = (url: string, transport: string) => `${url}/socket.io/?EIO=4&transport=${transport}`;

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

interface Refusal {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** A WebSocket handshake that is answered with anything but a WebSocket. */
function refusedUpgrade(url: string): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const asked = request(handshake(url, 'websocket'), { headers: { ...forwarded, ...upgrade } });
    asked.once('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('the connection was taken'));
    });
    asked.once('response', async (answer) => {
      const chunks = await answer.toArray();
      resolve({ status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
    });
    asked.once('error', reject);
    asked.end();
  });
}

test("a draining node answers a proxy's new connection with 503, so that it asks another node", async () => {
  await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
  await edge.gateway.drain(0);
  const draining = { code: 'draining', can_retry: true, request_id: expect.any(String) };
  expect(await refusedUpgrade(edge.url)).toMatchObject({ status: 503, body: draining });
  const poll = await fetch(handshake(edge.url, 'polling'), { headers: forwarded });
  expect(poll.status).toBe(503);
  expect(await poll.json()).toMatchObject(draining);
});

test('a draining node ends a connection that it refused, though the peer keeps its half open', async () => {
  await using edge = await startEdge();
  await edge.gateway.drain(0);
  const peer = connect({ port: Number(new URL(edge.url).port), host: '127.0.0.1', allowHalfOpen: true });
  peer.on('error', () => {});
  const head = Object.entries({ host: 'x', ...forwarded, ...upgrade }).map((field) => field.join(': '));
  peer.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(peer, 'data');
  expect(answer.toString('utf8')).toMatch(/^HTTP\/1\.1 503 /);
  // A peer notices only by writing that the other side is gone.
  const closed = new Promise((resolve) => peer.once('close', resolve));
  const writing = setInterval(() => peer.write('x'), 10);
  await closed;
  clearInterval(writing);
});

test('a session that polls through a proxy is served until its turn in the drain', async () => {
  await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
  const opened = await (await fetch(handshake(edge.url, 'polling'), { headers: forwarded })).text();
  const { sid } = JSON.parse(opened.slice(1));
  await edge.gateway.drain(0);
  const path = `${handshake(edge.url, 'polling')}&sid=${sid}`;
  expect((await fetch(path, { method: 'POST', headers: forwarded, body: '3' })).status).toBe(200);
});

test('a client that a proxy brings just before the drain is closed, so that it comes back', async () => {
  await using edge = await startEdge();
  const manager = new Manager(edge.url, {
    transports: ['websocket'],
    extraHeaders: forwarded,
    autoConnect: false,
    reconnection: false,
  });
  await new Promise<void>((resolve) => manager.open(() => resolve()));
  await edge.gateway.drain(0);
  const closed = new Promise((resolve) => manager.once('close', resolve));
  manager.socket('/', { auth: { token: 'user:ann' } }).connect();
  expect(await closed).toBe('transport close');
});

test('a client that tries polling behind a trusted proxy is logged by its address, without port', async () => {
  await using edge = await startEdge({ config: { trustedProxies: ['127.0.0.1'] } });
  for (const address of [
    '192.0.2.7',
    '192.0.2.8:51235',
    '192.0.2.7:4711',
    '[2001:db8::1]:4711',
    '[2001:db8::2]',
  ]) {
    await fetch(handshake(edge.url, 'polling'), { headers: { 'x-forwarded-for': address } });
  }
  const logged = edge.logs.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
  const addresses = ['192.0.2.7', '192.0.2.8', '2001:db8::1', '2001:db8::2'];
  expect(logged).toEqual(addresses.map((address) => ({ address })));
});

test.each([
  ['https://chat.example.com', 'chat.example.com:443'],
  ['http://chat.example.com', 'chat.example.com:80'],
  ['https://chat.example.com', 'Chat.EXAMPLE.com'],
  ['capacitor://localhost', 'chat.example.com'],
  ['tauri://localhost', 'chat.example.com'],
])('a page of %s connects through a proxy that hands on the host %s', async (origin, host) => {
  const corsOrigins = ['capacitor://localhost', 'tauri://localhost'];
  await using edge = await startEdge({ config: { corsOrigins } });
  const socket = io(edge.url, {
    auth: { token: 'user:ann' },
    transports: ['websocket'],
    extraHeaders: { origin, host },
    reconnection: false,
  });
  await new Promise((resolve, reject) =>
    socket.once('connect', () => resolve(null)).once('connect_error', reject),
  );
  socket.disconnect();
});

test('a page of an allowed origin may poll with the cookie that keeps it at its node', async () => {
  await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
  const headers = { origin: 'https://app.example' };
  const answer = await fetch(handshake(edge.url, 'polling'), { headers });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
});
