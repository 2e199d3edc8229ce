/** Three nodes under load on one address of Redis that moves to the replica, while the former master stays reachable. */
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { MovingRedis } from '../support/cluster/moving-redis.ts';

test('when the address moves to the replica nothing is lost or doubled, and no device resyncs', async () => {
  await using redis = await MovingRedis.start();
  await using cluster = await Cluster.start({ REDIS_URL: redis.serviceUrl });
  await using traffic = new CheckedTraffic(cluster.url);
  for (const groupId of ['moved-1', 'moved-2']) {
    const users = ['ada', 'bob', 'cyd'].map((name) => `${name}.${groupId}`);
    const members = await traffic.group(groupId, users, cluster.urls);
    traffic.keepSending(members, groupId);
    traffic.keepChanging(members, groupId);
  }
  await traffic.until(100);
  await redis.move();
  await traffic.until(100);
  await traffic.expectComplete();
  const left = new Redis(redis.former.url);
  const clients = String(await left.client('LIST'));
  left.disconnect();
  expect(clients).not.toMatch(/name=plenum-(command|reads|subscriber)/);
});
