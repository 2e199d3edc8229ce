/** Three nodes under load on Redis behind Sentinels, failed over on purpose and by a kill. */
import { SentinelSet } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { SteadyLoad } from '../support/cluster/steady-load.ts';

let set: SentinelSet;
let cluster: Cluster;
beforeAll(async () => {
  set = await SentinelSet.start({ replicas: 2 });
  cluster = await Cluster.start({ REDIS_URL: set.url });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await set.stop();
});

test('a planned failover under load loses nothing silently, and all is normal within 15 s', async () => {
  const load = await SteadyLoad.start(cluster, ['planned-1', 'planned-2']);
  await load.until(20);
  const old = await set.master();
  await set.failover();
  // Members keep sending to a master that does not know it yet: they get `resync` for what they lose.
  await set.untilReplica(old);
  await load.until(20);
  await load.judge();
});

test('a killed master under load loses nothing silently, and all is normal within 15 s', async () => {
  const load = await SteadyLoad.start(cluster, ['killed-1', 'killed-2']);
  await load.until(20);
  const dead = await set.killMaster();
  await set.untilReplaced(dead);
  await load.until(20);
  await load.judge();
  // The old master comes back as a replica, without effect.
  await dead.restart();
  expect(await set.master()).not.toBe(dead);
});
