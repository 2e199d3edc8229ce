/** Drain, close, ports in use, and gateways on servers of the application. */
import { connect as connectTcp } from 'node:net';
import { type Clock, succeed } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import Fastify from 'fastify';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { expect, test, vi } from 'vitest';
import { createGateway } from '../src/index.ts';
import { ask, fakeOptions, next, startEdge } from './edge.ts';

test('a drain warns every client, closes its socket so that it reconnects, and refuses new ones', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const drain = next(client, 'drain');
  const closing = next(client, 'closing');
  const reason = next(client, 'disconnect');
  const drained = edge.gateway.drain(500);
  expect(await drain).toEqual({ within_ms: 500 });
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
  expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${edge.url}/readyz`)).json()).toMatchObject({ ready: false, draining: true });
  expect(await (await edge.fetch('/v1/groups/g1')).json()).toMatchObject({ code: 'draining' });
  expect(await edge.refusal({ auth: { token: 'user:bob' } })).toMatchObject({ data: { code: 'draining' } });
  expect(await closing).toEqual({ code: 'drain' });
  expect(await reason).toBe('transport close');
  await drained;
  await eventually(() => expect(edge.hub.devices.size).toBe(0));
});

test('a request that is open when the drain begins is answered before its socket is closed', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const list_groups = () => released.then(() => succeed({ groups: [], next_cursor: null }));
  await using edge = await startEdge({ operations: { list_groups } });
  const client = await edge.connected('ann');
  const answer = ask(client, { request_type: 'list_groups' });
  await ask(client, { request_type: 'history', args: { group_id: 'g1' } });
  const drained = edge.gateway.drain(2000);
  await next(client, 'drain');
  const late = { request_type: 'history', args: { group_id: 'g1' } };
  await eventually(async () => {
    expect(await ask(client, late)).toMatchObject({ code: 'draining', can_retry: true });
  });
  release();
  expect(await answer).toMatchObject({ success: true });
  await drained;
});

test('a drain closes its share of sockets at each step and leaves the others alone', async () => {
  const steps: (() => void)[] = [];
  const clock: Clock = {
    monotonicMs: () => 0,
    after: (delayMs, task) => {
      // Of the drain, and of no other loop.
      if (delayMs === 50) steps.push(task);
      return () => {};
    },
  };
  await using edge = await startEdge({ clock });
  await Promise.all(Array.from({ length: 12 }, (_, i) => edge.connected(`u${i}`)));
  const drained = edge.gateway.drain(300);
  for (const left of [10, 8, 6, 4, 2, 0]) {
    await eventually(() => expect(steps).toHaveLength(1));
    for (const step of steps.splice(0)) step();
    await eventually(() => expect(edge.hub.devices.size).toBe(left));
  }
  await drained;
});

test('closing is quick with open sockets and may be asked twice', async () => {
  const edge = await startEdge();
  const client = await edge.connected('ann');
  const gone = next(client, 'disconnect');
  await Promise.all([edge.gateway.close(), edge.gateway.close()]);
  expect(await gone).toBe('transport close');
  await expect(fetch(`${edge.url}/healthz`)).rejects.toThrow();
  await edge[Symbol.asyncDispose]();
});

test.each(['url', 'adminUrl'] as const)(
  'closing does not wait for a request at its %s that never ends',
  async (door) => {
    const edge = await startEdge({ config: { adminPort: 0 } });
    const { hostname, port } = new URL(edge[door] ?? '');
    const socket = connectTcp(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n');
    await edge.fetch('/healthz');
    const gone = next(socket, 'close');
    await edge[Symbol.asyncDispose]();
    await gone;
  },
);

test('a port that is in use is named in one sentence', async () => {
  await using edge = await startEdge();
  const port = Number(new URL(edge.url).port);
  await expect(startEdge({ config: { port } })).rejects.toThrow(
    `127.0.0.1:${port} is in use by another process: stop it or choose another port`,
  );
});

test("on the caller's own servers the gateway neither listens nor closes", async () => {
  const fastify = Fastify();
  fastify.get('/own', async () => 'own');
  const io = new Server(fastify.server, { transports: ['websocket'] });
  const onOwnEvent = vi.fn();
  io.on('connection', (socket) => socket.on('own event', onOwnEvent));
  const gateway = await createGateway({ ...fakeOptions(), fastify, io });
  await expect(gateway.listen()).rejects.toThrow('its owner listens');
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 });

  const client = connect(url, {
    transports: ['websocket'],
    auth: { token: 'user:ann' },
    reconnection: false,
  });
  await next(client, 'connect');
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
  client.emit('own event', 1);
  await eventually(() => expect(onOwnEvent).toHaveBeenCalledOnce());

  await gateway.close();
  expect(await (await fetch(`${url}/own`)).text()).toBe('own');
  expect(await (await fetch(`${url}/nothing`)).json()).toMatchObject({ statusCode: 404 });
  client.close();
  await io.close();
  await fastify.close();
});

test("on the caller's Fastify alone the gateway brings its own Socket.IO and takes it away again", async () => {
  const fastify = Fastify();
  const gateway = await createGateway({ ...fakeOptions(), fastify });
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
  const client = connect(url, {
    transports: ['websocket'],
    auth: { token: 'user:ann' },
    reconnection: false,
  });
  await next(client, 'connect');
  const gone = next(client, 'disconnect');
  await gateway.close();
  expect(await gone).toBe('transport close');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await fastify.close();
});

test("a body above 64 KiB is refused on the caller's Fastify too, whatever that allows elsewhere", async () => {
  const fastify = Fastify();
  const gateway = await createGateway({ ...fakeOptions(), fastify });
  const answer = await fastify.inject({
    method: 'POST',
    url: '/v1/groups',
    headers: { 'content-type': 'application/json' },
    payload: `"${'x'.repeat(70_000)}"`,
  });
  expect(answer.json()).toMatchObject({ code: 'message_too_large', details: { limit: 65_536 } });
  await gateway.close();
  await fastify.close();
});
