/** Nodes whose REDIS_URL names one server of a Cluster, or some Sentinels, and that is what goes away. */
import { evenTags, PARTITION_COUNT } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { ClusterSet, eventually, type RedisServer } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';

const patience = { timeoutMs: 20_000, everyMs: 100 };
/** Beside the 3 s that a connection attempt to a dead server may take. */
const quickMs = 6000;

/** A group on each of the masters. */
async function groupsOnEachShard(set: ClusterSet): Promise<ReadonlyMap<RedisServer, string>> {
  const groups = new Map<RedisServer, string>();
  for (let i = 0; groups.size < 3 && i < PARTITION_COUNT * 8; i += 1) {
    const groupId = `seeds-${i}`;
    const tag = evenTags.tagOf(groupIdSchema.parse(groupId));
    const [first] = set.servers;
    if (first === undefined) throw new Error('there is no server');
    const master = await set.masterOf(Number(await set.ask(first, 'CLUSTER', 'KEYSLOT', tag)));
    if (!groups.has(master)) groups.set(master, groupId);
  }
  return groups;
}

const readiness = async (url: string) => (await fetch(`${url}/readyz`)).json();

test('when the one named server of a Cluster dies, nodes come back by the servers that they know', async () => {
  await using set = await ClusterSet.start();
  const groups = await groupsOnEachShard(set);
  const [seed] = groups.keys();
  if (seed === undefined) throw new Error('there is no master');
  await using cluster = await Cluster.start({ REDIS_URL: seed.serviceUrl });
  await using traffic = new CheckedTraffic(cluster.url);
  for (const groupId of groups.values()) {
    const users = ['ada', 'bob', 'cyd'].map((name) => `${name}.${groupId}`);
    traffic.keepSending(await traffic.group(groupId, users, cluster.urls), groupId);
  }
  await traffic.until(50);
  const slot = Number(await set.ask(seed, 'CLUSTER', 'KEYSLOT', 'any'));
  const slotOfSeed = (await set.masterOf(slot)) === seed ? slot : await firstSlotOf(set, seed);
  await seed.kill();
  await set.untilReplaced(slotOfSeed, seed);
  for (const master of await set.masters()) {
    for (const type of ['normal', 'pubsub']) await set.ask(master, 'CLIENT', 'KILL', 'TYPE', type);
  }
  await eventually(async () => {
    for (const url of cluster.urls) {
      expect(await readiness(url)).toMatchObject({
        ready: true,
        notices: [expect.stringMatching(/None of the 1 servers that REDIS_URL names/)],
      });
    }
  }, patience);
  expect(cluster.output).toMatch(/A server that REDIS_URL names cannot be reached/);
  await traffic.until(100);
  await traffic.expectSound();
});

/** A slot that this master serves. */
async function firstSlotOf(set: ClusterSet, master: RedisServer): Promise<number> {
  for (let slot = 0; slot < 16_384; slot += 1000) if ((await set.masterOf(slot)) === master) return slot;
  throw new Error('it serves none of the slots that were tried');
}

test('a node that gets SIGTERM while all of its Cluster is away ends within seconds', async () => {
  await using set = await ClusterSet.start();
  await using node = await NodeOnPort.start({ ...nodeSettings, REDIS_URL: set.servers[0]?.serviceUrl ?? '' });
  await Promise.all(set.servers.map((server) => server.kill()));
  await eventually(async () => expect(await readiness(node.url)).toMatchObject({ ready: false }), patience);
  const beganMs = performance.now();
  await node.end('SIGTERM');
  expect(performance.now() - beganMs).toBeLessThan(quickMs);
});
