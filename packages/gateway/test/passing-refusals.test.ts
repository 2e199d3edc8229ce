/** Refusals that may pass: plain socket.io-client, without a handler, comes back by itself; after a lasting one it does not. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchTelemetry } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../src/index.ts';
import { fakeOptions, startEdge } from './edge.ts';
import { frame, rawSocket, upgradeAnswer } from './raw-socket.ts';

const webSocketPath = '/socket.io/?EIO=4&transport=websocket';
const transports = ['websocket', 'polling'] as const;
/** As a plain client, but for its pauses. */
const returning = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 40 };
const ann = { auth: { token: 'user:ann' } };

/** The codes of the refusals of this process from now on. */
function refusedCodes(): readonly string[] {
  const codes: string[] = [];
  onTestFinished(watchTelemetry('connect_refused', ({ code }) => codes.push(code)));
  return codes;
}

test.each(transports)(
  'over %s a client of a full user comes back when there is a place',
  async (transport) => {
    const config = { transports, maxConnectionsPerUser: 1 };
    await using edge = await startEdge({ config });
    const first = await edge.connected('ann');
    const second = edge.client({ ...ann, ...returning, transports: [transport] });
    const lost: string[] = [];
    second.on('disconnect', (reason) => lost.push(reason));
    second.connect();
    await eventually(() => expect(lost.length).toBeGreaterThan(1));
    expect(new Set(lost)).toEqual(new Set(['transport close']));
    first.close();
    await eventually(() => expect(second.connected).toBe(true));
  },
);

test('a client of a full address comes back when there is a place', async () => {
  const codes = refusedCodes();
  await using edge = await startEdge({ config: { maxConnectionsPerIp: 1 } });
  const first = await edge.connected('ann');
  const second = edge.client({ auth: { token: 'user:bob' }, ...returning }).connect();
  await eventually(() => expect(codes.slice(0, 2)).toEqual(Array(2).fill('too_many_connections')));
  first.close();
  await eventually(() => expect(second.connected).toBe(true));
});

test('a WebSocket is closed with 1013, the code and no more than a close frame takes', async () => {
  await using edge = await startEdge({ config: { maxConnectionsPerUser: 1 } });
  await edge.connected('ann');
  const raw = await rawSocket(edge.url);
  const packets: Buffer[] = [];
  raw.on('data', (chunk) => packets.push(chunk));
  raw.write(frame('40{"token":"user:ann"}'));
  await eventually(() => {
    const frames = Buffer.concat(packets);
    const at = frames.indexOf(0x88);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(frames[at + 1]).toBeLessThanOrEqual(125);
    expect(frames.readUInt16BE(at + 2)).toBe(1013);
    const reason = JSON.parse(frames.subarray(at + 4).toString('utf8'));
    expect(reason).toEqual({ code: 'too_many_connections', can_retry: true });
  });
  raw.destroy();
});

test('a full line refuses a connect before its WebSocket; one that reads refusals gets its pause', async () => {
  await using edge = await startEdge({ config: { connectRatePerSec: 0.01 } });
  await edge.connected('ann');
  const answer = await upgradeAnswer(edge.url, webSocketPath);
  expect(answer).toMatch(/^HTTP\/1\.1 429 /);
  expect(answer).toMatch(/^Retry-After: 3\d\r$/m);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    code: 'node_busy',
    can_retry: true,
    retry_after_ms: expect.any(Number),
  });
  const refusal = await edge.refusal({ auth: { token: 'user:bob' } });
  expect(refusal).toMatchObject({ data: { code: 'node_busy', retry_after_ms: expect.any(Number) } });
});

test('a draining node without a proxy refuses by 503, so that a client tries again', async () => {
  await using edge = await startEdge();
  await edge.gateway.drain(0);
  expect(await upgradeAnswer(edge.url, webSocketPath)).toMatch(/^HTTP\/1\.1 503 [\s\S]*"code":"draining"/);
  const late = edge.client({ ...ann, ...returning });
  let attempts = 0;
  late.io.on('reconnect_attempt', () => {
    attempts += 1;
  });
  late.connect();
  await eventually(() => expect(attempts).toBeGreaterThan(1));
});

test.each(['sid=', 'sid=gone&sid=', 'x=?&sid='])(
  'a new session with %s gets the answer of one without',
  async (sid) => {
    await using edge = await startEdge();
    const polling = `${edge.url}/socket.io/?EIO=4&transport=polling&${sid}`;
    expect(await (await fetch(polling)).text()).toContain('This server speaks WebSocket only');
    await edge.gateway.drain(0);
    expect(await upgradeAnswer(edge.url, `${webSocketPath}&${sid}`)).toMatch(/^HTTP\/1\.1 503 /);
  },
);

test('a lasting refusal ends the attempts of a plain client', async () => {
  const codes = refusedCodes();
  await using edge = await startEdge();
  const client = edge.client({ auth: { token: 'nonsense' }, ...returning });
  const refusal = new Promise((resolve) => client.once('connect_error', resolve));
  client.connect();
  expect(await refusal).toMatchObject({ data: { code: 'unauthenticated' } });
  expect([client.active, codes]).toEqual([false, ['unauthenticated']]);
});

test('a connection that carries other sockets of the application is not closed', async () => {
  const server = createServer();
  const io = new Server(server);
  io.of('/news');
  const options = fakeOptions();
  const config = { ...options.config, connectRatePerSec: 0.01 };
  const gateway = await createGateway({ ...options, config, io, namespace: '/chat' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opened: ReturnType<typeof connect>[] = [];
  onTestFinished(async () => {
    for (const socket of opened) socket.disconnect();
    await gateway.close();
    await io.close();
  });
  const open = (namespace: string, given: object = {}) => {
    const socket = connect(`${url}${namespace}`, { ...ann, ...returning, ...given });
    opened.push(socket);
    return socket;
  };
  const first = open('/chat', { forceNew: true });
  await eventually(() => expect(first.connected).toBe(true));
  const news = open('/news');
  await eventually(() => expect(news.connected).toBe(true));
  const chat = open('/chat');
  const refusal = () => new Promise<unknown>((resolve) => chat.once('connect_error', resolve));
  expect(await refusal()).toMatchObject({ data: { code: 'node_busy' } });
  // Its page asks again, as the pause of the refusal says.
  chat.connect();
  expect(await refusal()).toMatchObject({ data: { code: 'node_busy' } });
  expect([chat.io === news.io, news.connected]).toEqual([true, true]);
});
