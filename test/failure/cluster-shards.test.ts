/** Three nodes under load on a Redis Cluster whose slots move and whose masters go. */

import { evenTags, PARTITION_COUNT } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { ClusterSet, eventually, type RedisServer } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { SteadyLoad } from '../support/cluster/steady-load.ts';
import { adminToken, httpRequest } from '../support/wire/http.ts';

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

const slotOfKey = async (key: string, of = set): Promise<number> =>
  Number(await of.ask(await of.masterOf(0), 'CLUSTER', 'KEYSLOT', key));
const slotOf = (groupId: string, of = set): Promise<number> =>
  slotOfKey(evenTags.tagOf(groupIdSchema.parse(groupId)), of);

/** One group on each of the three masters. */
async function groupsOnEachShard(name: string, of = set): Promise<ReadonlyMap<RedisServer, string>> {
  const groups = new Map<RedisServer, string>();
  for (let i = 0; groups.size < 3; i += 1) {
    const groupId = `${name}-${i}`;
    const master = await of.masterOf(await slotOf(groupId, of));
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

test('while the slot of a busy group moves its members miss nothing, other groups see nothing', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  const groups = [...(await groupsOnEachShard('moving')).values()];
  for (const groupId of groups) {
    const users = ['ada', 'bob', 'cyd'].map((name) => `${name} of ${groupId}`.replaceAll(' ', '.'));
    const members = await traffic.group(groupId, users, cluster.urls);
    traffic.keepSending(members, groupId);
    traffic.keepChanging(members, groupId);
  }
  await traffic.until(100);
  const [busy = ''] = groups;
  const slot = await slotOf(busy);
  const [from, to] = [await set.masterOf(slot), await set.masterOf((slot + 5462) % 16_384)];
  await set.moveSlot(slot, from, to);
  await traffic.until(100);
  await traffic.expectComplete();
  expect(traffic.failures.filter(({ groupId }) => groupId !== busy)).toEqual([]);
});

test('a replica takes over: its groups continue, and other groups never notice', async () => {
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

const leaseTtlMs = 3000;
const patience = { timeoutMs: 40_000, everyMs: 200 };
const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** Stored when it resolves: a shard may be away for a while. */
async function say(groupId: string, text: string, url: string): Promise<void> {
  const request = { body: { from_user_id: 'ann', message: text }, headers: { 'idempotency-key': text } };
  await eventually(async () => {
    const { status } = await httpRequest('POST', `${url}/v1/groups/${groupId}/messages`, request);
    expect(status).toBe(200);
  }, patience);
}

/** Partitions whose leases the nodes hold, all together. */
async function ownedPartitions({ urls }: Cluster): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const pages = await Promise.all(
    urls.map(async (url) => (await fetch(`${url}/metrics`, { headers })).text()),
  );
  return pages.reduce((sum, page) => sum + Number(/^plenum_leases (\d+)$/m.exec(page)?.[1] ?? 0), 0);
}

/** How many partitions have their slots on this master. */
async function partitionsOn(master: RedisServer, of: ClusterSet): Promise<number> {
  const slots = Array.from({ length: PARTITION_COUNT }, (_, partition) =>
    slotOfKey(evenTags.tagOfPartition(partition), of),
  );
  const masters = await Promise.all((await Promise.all(slots)).map((slot) => of.masterOf(slot)));
  return masters.filter((one) => one === master).length;
}

/** Nodes of their own on a Redis Cluster that keeps what it has, which tell a webhook. */
async function startNodes(redisUrl: string, receiver: WebhookReceiver): Promise<Cluster> {
  return Cluster.start({
    REDIS_URL: redisUrl,
    // Dev mode: the webhook is on this machine.
    PLENUM_JWT_SECRET: '',
    PLENUM_NOTIFIER_URL: receiver.url,
    PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    PLENUM_LEASE_TTL_MS: String(leaseTtlMs),
  });
}

/** A room with two members on each shard, and everything that is said in them. */
async function roomsOnEachShard(of: ClusterSet, { url }: Cluster) {
  const rooms = await groupsOnEachShard('rooms', of);
  const said = new Set<string>();
  for (const groupId of rooms.values()) {
    const body = { group_id: groupId, group_type: 'public', creator_id: 'ann' };
    await httpRequest('POST', `${url}/v1/groups`, { body });
    await httpRequest('PUT', `${url}/v1/groups/${groupId}/members/bob`);
  }
  const sayIn = async (masters: Iterable<RedisServer>, what: string) => {
    for (const master of masters) {
      const groupId = rooms.get(master) ?? '';
      said.add(`${groupId}: ${what}`);
      await say(groupId, `${groupId}: ${what}`, url);
    }
  };
  return { masters: [...rooms.keys()], said, sayIn };
}

test('while a shard is away only its partitions have no owner; afterwards all is delivered', async () => {
  await using durableSet = await ClusterSet.start({ args: durable });
  await using receiver = await WebhookReceiver.start();
  await using nodes = await startNodes(durableSet.url, receiver);
  const { masters, said, sayIn } = await roomsOnEachShard(durableSet, nodes);
  const registry = await durableSet.masterOf(await slotOfKey('plenum:nodes', durableSet));
  const [other = registry] = masters.filter((master) => master !== registry);
  const isOwned = (count: number) =>
    eventually(async () => expect(await ownedPartitions(nodes)).toBe(count), patience);
  const isDelivered = () => eventually(() => expect(new Set(receiver.notified)).toEqual(said), patience);
  const shards = await Promise.all(
    [other, registry].map(async (away) => ({
      away,
      replica: await durableSet.replicaOf(away),
      ofOthers: PARTITION_COUNT - (await partitionsOn(away, durableSet)),
    })),
  );
  for (const [round, { away, replica, ofOthers }] of shards.entries()) {
    await isOwned(PARTITION_COUNT);
    for (const server of [replica, away]) await server.kill();
    await isOwned(ofOthers);
    const reachable = masters.filter((master) => master !== away);
    for (let i = 0; i < 5; i += 1) await sayIn(reachable, `${round}, ${i}`);
    await isDelivered();
    await isOwned(ofOthers);
    for (const server of [away, replica]) await server.restart();
    await sayIn(masters, `${round}, back`);
    await isDelivered();
  }
  await isOwned(PARTITION_COUNT);
});
