/** The example `redis-bridge`: events of a Redis channel are messages of a group, in order and once. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { createPlenum } from 'plenum';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startExample } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('events become messages in order, a repeated event counts once, and nonsense ends nothing', async () => {
  await using bridge = startExample('redis-bridge', {
    environment: { REDIS_URL: redis.serviceUrl, EVENTS_URL: redis.url },
  });
  await bridge.until(/bridging events:\*/);
  const publisher = new Redis(redis.url);
  const publish = (id: string, text: string) =>
    publisher.publish('events:deploys', JSON.stringify({ id, text }));
  await publisher.publish('events:deploys', 'no JSON');
  for (let number = 0; number < 10; number += 1) await publish(String(number), `event ${number}`);
  await publish('9', 'event 9');
  await publish('10', 'event 10');
  await bridge.until(/deploys 10: seq/);
  const plenum = await createPlenum({ redisUrl: redis.serviceUrl, mode: 'client' });
  await eventually(async () => {
    const history = await plenum.messages.history({ groupId: 'deploys' });
    const entries = history.ok ? history.result.entries : [];
    const texts = entries.flatMap((entry) => ('message' in entry ? [entry.message] : []));
    expect(texts).toEqual(Array.from({ length: 11 }, (_, number) => `event ${number}`));
  });
  await plenum.close();
  await publisher.quit();
  expect(bridge.output).toContain('this is no JSON');
  bridge.signal('SIGTERM');
  expect(await bridge.ended).toBe(0);
});
