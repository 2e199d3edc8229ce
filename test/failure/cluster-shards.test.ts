/** Three nodes under load on a Redis Cluster whose slots move and whose masters go. */

import { partitionOf } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { ClusterSet, type RedisServer } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { SteadyLoad } from '../world/steady-load.ts';
import { Trial } from '../world/trial.ts';

let set: ClusterSet;
let cluster: Cluster;
beforeAll(async () => {
  set = await ClusterSet.start();
  cluster = await Cluster.start({ REDIS_URL: set.url });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await set.stop();
});

const slotOf = async (groupId: string): Promise<number> => {
  const tag = `{p${partitionOf(groupIdSchema.parse(groupId))}}`;
  return Number(await set.ask(await set.masterOf(0), 'CLUSTER', 'KEYSLOT', tag));
};

/** One group on each of the three masters. */
async function groupsOnEachShard(name: string): Promise<ReadonlyMap<RedisServer, string>> {
  const groups = new Map<RedisServer, string>();
  for (let i = 0; groups.size < 3; i += 1) {
    const groupId = `${name}-${i}`;
    const master = await set.masterOf(await slotOf(groupId));
    if (!groups.has(master)) groups.set(master, groupId);
  }
  return groups;
}

/** A load on all shards, and the group on the first of them. */
async function startLoad(name: string) {
  const groups = await groupsOnEachShard(name);
  const [first] = groups;
  if (first === undefined) throw new Error('there is no shard');
  const [master, groupId] = first;
  const load = await SteadyLoad.start(cluster, [...groups.values()]);
  await load.until(20);
  return { load, master, groupId, slot: await slotOf(groupId) };
}

const failedElsewhere = (load: SteadyLoad, groupId: string) =>
  load.failures.filter((failure) => failure.groupId !== groupId);

test('the slot of a busy group moves while it is in use: nobody misses anything, and other groups never notice', async () => {
  await using trial = new Trial(cluster.url);
  const groups = [...(await groupsOnEachShard('moving')).values()];
  for (const groupId of groups) {
    const users = ['ada', 'bob', 'cyd'].map((name) => `${name} of ${groupId}`.replaceAll(' ', '.'));
    trial.talk(await trial.group(groupId, users, cluster.urls), groupId);
  }
  await trial.until(100);
  const [busy = ''] = groups;
  const slot = await slotOf(busy);
  const [from, to] = [await set.masterOf(slot), await set.masterOf((slot + 5462) % 16_384)];
  await set.moveSlot(slot, from, to);
  await trial.until(100);
  await trial.expectComplete();
  expect(trial.failures.filter(({ groupId }) => groupId !== busy)).toEqual([]);
});

test('a replica takes over: its groups go on, and other groups never notice', async () => {
  const { load, master, groupId, slot } = await startLoad('taken');
  await set.takeover(await set.replicaOf(master));
  await set.untilReplaced(slot, master);
  await load.until(20);
  await load.judge();
  expect(failedElsewhere(load, groupId)).toEqual([]);
});

test('a master is killed: its groups come back within 15 s, and other groups never notice', async () => {
  const { load, master, groupId, slot } = await startLoad('killed');
  await master.kill();
  await load.until(
    20,
    load.groupIds.filter((other) => other !== groupId),
  );
  await set.untilReplaced(slot, master);
  await load.until(20);
  await load.judge();
  expect(failedElsewhere(load, groupId)).toEqual([]);
});
