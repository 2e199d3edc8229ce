/** The routes of the node itself, and the pages that may read answers of REST. */

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { PlenumError } from '@plenum/core';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';

test('health, readiness, the document and the home page ask for no token', async () => {
  await using edge = await startEdge({ homePage: '<h1>Plenum</h1>', version: '1.2.3' });
  const read = async (path: string) => (await fetch(edge.url + path)).json();
  expect(await read('/healthz')).toEqual({ status: 'ok' });
  expect(await read('/readyz')).toEqual({ ready: true, draining: false, shards_away: 0, durability: 'D1' });
  expect(await read('/openapi.json')).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
  expect(await read('/asyncapi.json')).toMatchObject({ asyncapi: '3.0.0', info: { version: '1.2.3' } });
  const home = await fetch(edge.url);
  expect(home.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await home.text()).toBe('<h1>Plenum</h1>');
});

test('notices for the operator are beside the readiness', async () => {
  const notices = ['One server is away.'];
  const health = { isReady: true, shardsAway: 0, durability: 'D1', notices } as const;
  await using edge = await startEdge({ engineHealth: async () => health });
  const answer = await fetch(`${edge.url}/readyz`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ ready: true, notices });
});

test.each([
  ['says it is not', async () => ({ isReady: false, shardsAway: 0, durability: 'D2' }) as const, 'D2'],
  ['cannot say', () => Promise.reject(PlenumError.of('unavailable')), 'unknown'],
])('a node whose engine %s is not ready', async (_, engineHealth, durability) => {
  await using edge = await startEdge({ engineHealth });
  const answer = await fetch(`${edge.url}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ ready: false, draining: false, shards_away: 0, durability });
});

test('in dev mode any client gets a token for any user', async () => {
  const issueDevToken = async (userId: string) => `token of ${userId}`;
  await using edge = await startEdge({ config: { isDev: true }, issueDevToken });
  const post = (json: unknown) => edge.fetch('/v1/dev/token', { method: 'POST', json });
  expect(await (await post({ user_id: 'ann' })).json()).toEqual({ token: 'token of ann' });
  expect(await (await post({ user_id: 'a b' })).json()).toMatchObject({ code: 'invalid_args' });
});

test('pages of allowed origins may read the answers, others may not', async () => {
  await using edge = await startEdge();
  const allowedFor = async (origin: string) =>
    (await edge.fetch('/v1/groups/g1', { headers: { origin } })).headers.get('access-control-allow-origin');
  expect(await allowedFor('https://app.example')).toBe('https://app.example');
  expect(await allowedFor('https://evil.example')).toBeNull();
  const preflight = await fetch(`${edge.url}/v1/groups`, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')?.split(', ')).toEqual(
    expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'traceparent', 'tracestate']),
  );
});

test('a request whose body trickles is refused and cut', async () => {
  await using edge = await startEdge({ config: { requestTimeoutMs: 100 } });
  const socket = connect(Number(new URL(edge.url).port), '127.0.0.1');
  socket.write(
    'POST /v1/groups HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  expect(await text(socket)).toContain('the request did not come to its end in time');
});
