/** `verify`, as an operator runs it, while the servers of Redis move or take rights away under three nodes. */
import { ClusterSet, type RedisServer, shippedRules, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { MovingRedis } from '../support/cluster/moving-redis.ts';
import { jwtSecret } from '../support/wire/http.ts';

/** Of load; the fault comes soon after its beginning. */
const usualSeconds = 8;

/** Drives the cluster while the fault happens, and expects its verdict. @returns what it printed */
async function verified(
  cluster: Cluster,
  fault: () => Promise<unknown>,
  seconds = usualSeconds,
): Promise<string> {
  const args = [
    '--url',
    cluster.urls.join(','),
    '--secret',
    jwtSecret,
    '--seconds',
    String(seconds),
    '--groups',
    '6',
  ];
  await using verify = new CommandProcess('apps/bench/bin/verify.js', args, {});
  await verify.until(/: sending/);
  await fault();
  expect(await verify.ended, verify.output).toBe(0);
  expect(verify.output).toMatch(/lost = 0, duplicated = 0, reordered = 0/);
  return verify.output;
}

test('verify finds nothing lost when the one named server of a Cluster hands over and dies', async () => {
  await using set = await ClusterSet.start();
  const [seed] = await set.masters();
  if (seed === undefined) throw new Error('there is no master');
  const slot = await slotOf(set, seed);
  const replica = await set.replicaOf(seed);
  await using cluster = await Cluster.start({ REDIS_URL: seed.serviceUrl });
  await verified(cluster, async () => {
    // Planned: an unplanned one may lose what was acknowledged and not replicated.
    await set.ask(replica, 'CLUSTER', 'FAILOVER');
    await set.untilReplaced(slot, seed);
    await seed.kill();
    for (const master of await set.masters()) {
      for (const type of ['normal', 'pubsub']) await set.ask(master, 'CLIENT', 'KILL', 'TYPE', type);
    }
  });
  for (const url of cluster.urls) {
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ready: true });
  }
});

async function slotOf(set: ClusterSet, master: RedisServer): Promise<number> {
  for (let slot = 0; slot < 16_384; slot += 1000) if ((await set.masterOf(slot)) === master) return slot;
  throw new Error('it serves none of the slots that were tried');
}

test('verify finds nothing lost when the address moves and the former master is a replica', async () => {
  await using redis = await MovingRedis.start();
  await using cluster = await Cluster.start({ REDIS_URL: redis.serviceUrl });
  await verified(cluster, () => redis.move());
});

test('verify finds nothing lost while the Redis user lacks one right after the other', async () => {
  const server = await startRedis();
  const admin = new Redis(server.url);
  const rules = shippedRules({ password: 'of-the-test', prefix: '*' });
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  try {
    await admin.call('ACL', 'SETUSER', 'plenum', 'reset', ...rules);
    const url = `redis://plenum:of-the-test@127.0.0.1:${server.port}`;
    await using cluster = await Cluster.start({ REDIS_URL: url });
    const fault = async () => {
      for (const right of ['-spublish', '-ssubscribe', '-evalsha', '-xadd', '-unlink', 'resetchannels']) {
        await admin.call('ACL', 'SETUSER', 'plenum', right);
        await pause(1500);
        await admin.call('ACL', 'SETUSER', 'plenum', 'reset', ...rules);
        await pause(700);
      }
    };
    await verified(cluster, fault, 15);
  } finally {
    admin.disconnect();
    await server.stop();
  }
});
