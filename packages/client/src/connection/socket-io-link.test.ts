/** The URL that a link connects to, as an HTTP server sees it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { PushEvent } from '@plenum/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { withDefaults } from '../client-options.ts';
import type { PushListeners } from './link.ts';
import { socketIoLink } from './socket-io-link.ts';

const opened = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000}';
const ignore = () => {};
const pushes = new Proxy<Partial<Record<PushEvent, () => void>>>({}, { get: () => ignore });

const isWhole = (listeners: object): listeners is PushListeners => listeners === pushes;

/** @returns the query of the handshake, and the packet that connects to a namespace */
async function connectionTo(path: string, namespace: string) {
  if (!isWhole(pushes)) throw new Error('listeners are missing');
  const packets: string[] = [];
  const queries: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    queries.push(new URL(request.url ?? '', 'http://localhost').searchParams);
    if (request.method === 'POST') packets.push(await text(request));
    response.end(request.method === 'POST' ? 'ok' : opened);
    if (request.method === 'POST') server.emit('packet');
  });
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const connected = once(server, 'packet');
  const url = `http://127.0.0.1:${address.port}${path}`;
  const open = socketIoLink(withDefaults({ url, namespace, transports: ['polling'] }));
  const link = open({ subscribe: 'auto' }, { pushes, opened: ignore, refused: ignore, lost: ignore });
  onTestFinished(() => link.close());
  await connected;
  return { tenant: queries[0]?.get('tenant'), refusals: queries[0]?.get('refusals'), packet: packets[0] };
}

test.each([
  ['', '/', null, '40{'],
  ['/', '/', null, '40{'],
  ['/chat', '/', null, '40/chat,{'],
  ['?tenant=a', '/', 'a', '40{'],
  ['/', '/plenum', null, '40/plenum,{'],
  ['?tenant=a', '/plenum', 'a', '40/plenum,{'],
  ['/?tenant=a/b/', '/plenum', 'a/b/', '40/plenum,{'],
])('a URL that ends with "%s", in the namespace %s', async (path, namespace, tenant, packet) => {
  const seen = await connectionTo(path, namespace);
  expect(seen.tenant).toBe(tenant);
  expect(seen.refusals).toBe('connect_error');
  expect(seen.packet?.startsWith(packet)).toBe(true);
});
