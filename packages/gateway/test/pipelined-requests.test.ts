/**
 * Requests that arrive in one piece on one connection are served one after the other, also on the caller's servers.
 */
import { connect } from 'node:net';
import { succeed, type TelemetryEvents, watchTelemetry } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { createGateway } from '../src/index.ts';
import { fakeOptions, startEdge } from './edge.ts';
import { fakeOperations } from './fake-domain.ts';

/** Reads that the test ends, and how many ran at a time. */
function slowReads() {
  const ends: (() => void)[] = [];
  let most = 0;
  let atWork = 0;
  const list_groups = async () => {
    atWork += 1;
    most = Math.max(most, atWork);
    await new Promise<void>((resolve) => ends.push(resolve));
    atWork -= 1;
    return succeed({ groups: [], next_cursor: null });
  };
  return { list_groups, ends, most: () => most };
}

const read = 'GET /v1/users/ann/groups HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer user:ann\r\n\r\n';
const last = read.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

/** @returns what the connection has answered so far, and whether it has ended. */
function ask(url: string, bytes: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  const heard = {
    text: '',
    hasEnded: false,
    end: () => void socket.destroy(),
    pause: () => void socket.pause(),
  };
  socket.on('error', () => {});
  socket.on('data', (data) => {
    heard.text += data.toString('latin1');
  });
  socket.on('close', () => {
    heard.hasEnded = true;
  });
  return heard;
}
const answersIn = (text: string, status: number) => text.split(`HTTP/1.1 ${status} `).length - 1;

async function mounted(list_groups: ReturnType<typeof slowReads>['list_groups']) {
  const fastify = Fastify();
  const own: (() => void)[] = [];
  fastify.get('/own', () => new Promise((resolve) => own.push(() => resolve('own'))));
  const operations = fakeOperations([], { list_groups });
  const gateway = await createGateway({ ...fakeOptions(), operations, fastify });
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
  const close = async () => {
    await gateway.close();
    await fastify.close();
  };
  return { url, own, fastify, [Symbol.asyncDispose]: close };
}

test.each(['its own', "the caller's"])(
  'on %s server reads of one connection are one at a time, in order',
  async (server) => {
    const { list_groups, ends, most } = slowReads();
    await using edge =
      server === 'its own' ? await startEdge({ operations: { list_groups } }) : await mounted(list_groups);
    const heard = ask(edge.url, read.repeat(9) + last);
    for (let served = 1; served <= 10; served += 1) {
      await eventually(() => expect(ends).toHaveLength(served));
      ends[served - 1]?.();
    }
    await eventually(() => expect(heard.hasEnded).toBe(true));
    expect(answersIn(heard.text, 200)).toBe(10);
    expect(most()).toBe(1);
  },
);

test.each(['its own', "the caller's"])(
  'on %s server more requests of one connection than may wait end it, with a reason',
  async (server) => {
    const { list_groups, ends } = slowReads();
    await using edge =
      server === 'its own' ? await startEdge({ operations: { list_groups } }) : await mounted(list_groups);
    const heard = ask(edge.url, read.repeat(100));
    await eventually(() => expect(heard.hasEnded).toBe(true));
    expect(answersIn(heard.text, 429)).toBe(1);
    expect(heard.text).toContain('"code":"rate_limited"');
    expect(ends.length).toBeLessThanOrEqual(1);
    for (const end of ends) end();
  },
);

test("other routes of the caller's are served as before, and so are requests that it injects", async () => {
  const { list_groups, ends } = slowReads();
  await using edge = await mounted(list_groups);
  const heard = ask(edge.url, 'GET /own HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
  await eventually(() => expect(edge.own).toHaveLength(3));
  for (const end of edge.own) end();
  await eventually(() => expect(answersIn(heard.text, 200)).toBe(3));
  heard.end();
  const injected = edge.fastify.inject({
    url: '/v1/users/ann/groups',
    headers: { authorization: 'Bearer user:ann' },
  });
  await eventually(() => expect(ends).toHaveLength(1));
  ends[0]?.();
  expect((await injected).statusCode).toBe(200);
});

test("answers that are not read are cut on a server of the caller's, and its own are left alone", async () => {
  const next_cursor = 'x'.repeat(1024 * 1024);
  const fastify = Fastify();
  fastify.get('/own', async () => 'x'.repeat(16 * 1024 * 1024));
  const gateway = await createGateway({
    ...fakeOptions(),
    operations: fakeOperations([], { list_groups: async () => succeed({ groups: [], next_cursor }) }),
    config: { ...fakeOptions().config, maxUnreadBytes: 2 * 1024 * 1024 },
    fastify,
  });
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
  const cuts: TelemetryEvents['unread_cut'][] = [];
  const end = watchTelemetry('unread_cut', (cut) => cuts.push(cut));
  const own = ask(url, 'GET /own HTTP/1.1\r\nHost: a\r\n\r\n');
  own.pause();
  // More than the kernel takes for one connection.
  const ours = ask(url, read.repeat(16));
  ours.pause();
  await eventually(() => expect(cuts).toHaveLength(1));
  end();
  expect(cuts).toMatchObject([{ userId: 'ann', door: 'http', scope: 'connection' }]);
  for (const { end: close } of [own, ours]) close();
  await gateway.close();
  await fastify.close();
});

test('of a connection that is refused the requests that have come already are not even made', async () => {
  const { list_groups, ends } = slowReads();
  await using edge = await mounted(list_groups);
  let made = 0;
  edge.fastify.server.on('request', () => {
    made += 1;
  });
  const heard = ask(edge.url, read.repeat(500));
  await eventually(() => expect(heard.hasEnded).toBe(true));
  // The one that is served, those that wait, and the one too many.
  expect(made).toBe(18);
  for (const end of ends) end();
});
