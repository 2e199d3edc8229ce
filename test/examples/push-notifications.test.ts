/** The example `push-notifications`: members who are offline get a valid web push, also after the push service was away. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';
import { startExample, urlOf } from './example-process.ts';
import { PushEndpoint } from './push-endpoint.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('a member who is offline gets one web push per message, and a member who is online none', async () => {
  await using endpoint = await PushEndpoint.start();
  const environment = { REDIS_URL: redis.serviceUrl, NODE_EXTRA_CA_CERTS: endpoint.certificate };
  await using example = startExample('push-notifications', { environment });
  const url = await urlOf(example);
  const tokenOf = async (user: string): Promise<string> => {
    const { token }: { token: string } = JSON.parse(await (await fetch(`${url}/token/${user}`)).text());
    return token;
  };
  const options = { path: '/plenum/socket.io' };
  await using ann = await new Device(url, await tokenOf('ann'), options).connected();
  await ann.must('create_group', { group_id: 'team', group_type: 'public' });
  await using bob = await new Device(url, await tokenOf('bob'), options).connected();
  await bob.must('join_group', { group_id: 'team' });
  const body = JSON.stringify(endpoint.subscription);
  expect((await fetch(`${url}/subscriptions/bob`, { method: 'POST', body })).status).toBe(201);
  await ann.send('team', 'you are here');
  await bob.until('relay_message', {});
  bob.socket.disconnect();
  await eventually(async () =>
    expect(await ann.must('presence', { group_id: 'team' })).toMatchObject({ online: ['ann'] }),
  );
  // The push service is away at first: the message is tried again.
  endpoint.failsWith = 503;
  await ann.send('team', 'come back');
  await eventually(() => expect(endpoint.pushed).toHaveLength(1));
  expect(endpoint.pushed).toEqual([
    { title: 'ann in team', body: 'come back', tag: expect.stringMatching(/\S/) },
  ]);
  expect(endpoint.problems).toEqual([]);
  // The browser has unsubscribed: nothing is sent to it afterwards.
  endpoint.failsWith = 410;
  await ann.send('team', 'the last one');
  await eventually(() => expect(endpoint.failsWith).toBeNull());
  await ann.send('team', 'to no one');
  example.signal('SIGTERM');
  expect(await example.ended).toBe(0);
  expect(endpoint.pushed).toHaveLength(1);
});
