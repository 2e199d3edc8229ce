/** Three nodes under load on one address of Redis that moves to the replica, while the former master stays reachable. */
import {
  eventually,
  type FaultProxy,
  freePort,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';

let former: RedisServer;
let present: RedisServer;
let proxy: FaultProxy;
let cluster: Cluster;
beforeAll(async () => {
  former = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  present = await startRedis({ args: ['--replicaof', `127.0.0.1 ${former.port}`] });
  proxy = await startFaultProxy({ targetPort: former.port });
  cluster = await Cluster.start({ REDIS_URL: proxy.url });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await proxy.stop();
  await Promise.all([former.stop(), present.stop()]);
});

const figure = (text: string, name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1]);

/** As a managed service does it: writes wait until the replica has everything, so that no acknowledged one is lost. */
async function moveToReplica(isHeld: (server: Redis) => Promise<unknown>): Promise<void> {
  const [old, next] = [new Redis(former.url), new Redis(present.url)];
  try {
    await isHeld(old);
    await eventually(async () => {
      const [there, here] = [await old.info('replication'), await next.info('replication')];
      expect(figure(here, 'slave_repl_offset')).toBe(figure(there, 'master_repl_offset'));
    });
    await next.replicaof('NO', 'ONE');
    proxy.moveTo(present.port);
    await old.replicaof('127.0.0.1', await freePort());
  } finally {
    for (const redis of [old, next]) redis.disconnect();
  }
}

test('when the address moves to the replica nothing is lost or doubled, and no device resyncs', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  for (const groupId of ['moved-1', 'moved-2']) {
    const users = ['ada', 'bob', 'cyd'].map((name) => `${name}.${groupId}`);
    traffic.keepSending(await traffic.group(groupId, users, cluster.urls), groupId);
  }
  await traffic.until(100);
  await moveToReplica((old) => old.client('PAUSE', 10_000, 'WRITE'));
  // Those that send find the new master at once; nothing but the nodes themselves moves the ones that read and hear.
  proxy.cutAll(/plenum-command/);
  await traffic.until(100);
  await traffic.expectComplete();
  const left = new Redis(former.url);
  const clients = String(await left.client('LIST'));
  left.disconnect();
  expect(clients).not.toMatch(/name=plenum-(command|reads|subscriber)/);
});
