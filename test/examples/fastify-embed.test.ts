/** The example `fastify-embed`: an order that is posted twice is one message to those who are in the group. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

interface Posted {
  readonly token: string;
  readonly seq: number;
}

const posted = async (url: string, body?: object): Promise<{ status: number; body: Posted }> => {
  const answer = await fetch(url, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Posted };
};

test('an order that is posted twice reaches the members of the group once', async () => {
  await using example = startExample('fastify-embed', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  const { body } = await posted(`${url}/token/ann`);
  await using ann = await new Device(url, body.token).connected();
  await ann.must('join_group', { group_id: 'orders' });
  const first = await posted(`${url}/orders`, { id: 7 });
  expect(first).toMatchObject({ status: 200, body: { seq: expect.any(Number) } });
  expect(await posted(`${url}/orders`, { id: 7 })).toMatchObject({ body: { seq: first.body.seq } });
  await posted(`${url}/orders`, { id: 8 });
  await eventually(() =>
    expect(ann.messages('orders').map(({ message }) => message)).toEqual([
      'order 7 is here',
      'order 8 is here',
    ]),
  );
});

test('the routes of the application and of Plenum are on one port, and a signal ends both', async () => {
  await using example = startExample('fastify-embed', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/v1/groups/orders`)).status).toBe(401);
  expect((await fetch(`${url}/none`)).status).toBe(404);
  example.signal('SIGTERM');
  expect(await example.ended).toBe(0);
});
