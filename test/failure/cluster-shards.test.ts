/** Three nodes under load on a Redis Cluster whose slots move and whose masters go. */

import { evenTags, PARTITION_COUNT } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { ClusterSet, eventually, type RedisServer } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everyValue } from '../../packages/redis/test/messages/message-stage.ts';
import { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { adminToken, httpRequest, tokenOf } from '../support/wire/http.ts';
import { restCall } from '../support/wire/rest-call.ts';

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

/** Three members speak and change messages in a group on each shard. @returns the groups by their masters */
async function speakOnEachShard(traffic: CheckedTraffic, name: string) {
  const groups = await groupsOnEachShard(name);
  for (const groupId of groups.values()) {
    const users = ['ada', 'bob', 'cyd'].map((user) => `${user}.${groupId}`);
    const members = await traffic.group(groupId, users, cluster.urls);
    traffic.keepSending(members, groupId);
    traffic.keepChanging(members, groupId);
  }
  await traffic.untilEach(20);
  const [first] = groups;
  if (first === undefined) throw new Error('there is no shard');
  const [master, groupId] = first;
  const others = [...groups.values()].filter((other) => other !== groupId);
  return { master, groupId, others, slot: await slotOf(groupId) };
}

const patience = { timeoutMs: 40_000, everyMs: 200 };

const failedElsewhere = (traffic: CheckedTraffic, groupId: string) =>
  traffic.failures.filter((failure) => failure.groupId !== groupId);

test('while the slot of a busy group moves its members miss nothing, other groups see nothing', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  const { groupId: busy, slot } = await speakOnEachShard(traffic, 'moving');
  await traffic.until(100);
  const [from, to] = [await set.masterOf(slot), await set.masterOf((slot + 5462) % 16_384)];
  await set.moveSlot(slot, from, to);
  await traffic.until(100);
  await traffic.expectComplete();
  expect(failedElsewhere(traffic, busy)).toEqual([]);
});

/** A success, or a test that fails with the whole answer. */
async function must(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const url = cluster.urls[Math.floor(Math.random() * cluster.urls.length)] ?? '';
  const answer = await httpRequest(method, `${url}${path}`, body === undefined ? {} : { body });
  if (answer.status < 300) return answer.body;
  throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
}

/** In what ann writes, and nowhere else. */
const textOfAnn = 'secret-of-ann';

/** Every kind of change of messages, a batch of members and an import, in one group. */
async function changeAll(groupId: string): Promise<void> {
  const group = `/v1/groups/${groupId}`;
  await must('POST', '/v1/groups', { group_id: groupId, group_type: 'public', creator_id: 'ann' });
  const add = Array.from({ length: 120 }, (_, i) => ({ user_id: `member-${i}` }));
  await must('POST', `${group}/members:batch`, { add: [...add, { user_id: 'bob' }] });
  const imported = ['first', 'second', 'third'].map((message) => ({
    ...{ from_user_id: 'bob', message, timestamp: '2020-01-01T00:00:00.000Z' },
  }));
  const batch = { import_id: 'team', position: 0, messages: imported };
  for (let times = 0; times < 2; times += 1) await must('POST', `${group}/messages/import`, batch);
  const send = async (message: string, extras: object = {}) =>
    String(
      (await must('POST', `${group}/messages`, { from_user_id: 'ann', message, ...extras }))['message_id'],
    );
  const kept = await send(`${textOfAnn} kept`);
  const gone = await send(`${textOfAnn} gone`, { reply_to: kept, mentions: ['bob', 'stranger'] });
  const ask = async (user: string, request: string, message_id: string, args: object = {}) => {
    const { method, path, body } = restCall(request, { group_id: groupId, message_id, ...args }, user);
    const call = { token: await tokenOf(user), body: body ?? {} };
    const answer = await httpRequest(method, `${cluster.url}${path}`, call);
    expect(answer, request).toMatchObject({ status: 200 });
  };
  await ask('ann', 'edit_message', kept, { message: `${textOfAnn} edited`, mentions: ['bob'] });
  await ask('bob', 'react', kept, { reaction: 'a' });
  await ask('ann', 'react', kept, { reaction: 'a' });
  await ask('ann', 'react', kept, { reaction: 'b' });
  await ask('ann', 'unreact', kept, { reaction: 'b' });
  await ask('ann', 'pin_message', kept);
  await ask('ann', 'delete_message', gone);
  const { entries } = await must('GET', `${group}/messages?after=0&limit=200`);
  const messages = Object(entries).filter(({ type }: { type: string }) => type === 'message');
  expect(messages).toMatchObject([
    ...imported,
    { message: `${textOfAnn} edited`, edits: 1, mentions: ['bob'], reactions: { a: { count: 2 } } },
    { deleted: true, deleted_by: 'ann' },
  ]);
  expect(await must('GET', `${group}`)).toMatchObject({ pinned: [{ message_id: kept }] });
  const seqs = Object(entries).map(({ seq }: { seq: number }) => seq);
  expect(seqs).toEqual(seqs.map((_: number, at: number) => at + 1));
}

/** Every value of every key, on all masters. */
async function everywhere(): Promise<string> {
  const texts: string[] = [];
  for (const { url } of await set.masters()) {
    const redis = new Redis(url);
    texts.push(...(await everyValue(redis)).values());
    redis.disconnect();
  }
  return texts.join('\n');
}

test('messages are changed, members and messages brought, and users erased on each shard', async () => {
  const groupIds = [...(await groupsOnEachShard('changed')).values()];
  await Promise.all(groupIds.map(changeAll));
  await must('DELETE', '/v1/users/bob');
  await eventually(async () => {
    expect(await must('GET', '/v1/users/bob/erasure')).toMatchObject({ status: 'done' });
    for (const groupId of groupIds) {
      const { entries } = await must('GET', `/v1/groups/${groupId}/messages?limit=1`);
      expect(entries).toMatchObject([{ type: 'left', user_id: 'bob' }]);
    }
  }, patience);
  expect(await everywhere()).toContain(textOfAnn);
  await must('DELETE', '/v1/users/ann?erase=messages');
  await eventually(async () => {
    const erasure = { status: 'done', groups_left: 3, archive: 'none' };
    expect(await must('GET', '/v1/users/ann/erasure')).toMatchObject(erasure);
  }, patience);
  expect(await everywhere()).not.toContain(textOfAnn);
});

/** Every group takes messages, every device gets them, and what was lost was announced. */
async function isNormal(traffic: CheckedTraffic): Promise<void> {
  await traffic.untilEach(20);
  await traffic.untilHeard();
  await traffic.expectNoSilentLoss();
}

test('a replica takes over: its groups continue, and other groups never notice', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  const { master, groupId, slot } = await speakOnEachShard(traffic, 'taken');
  await set.takeover(await set.replicaOf(master));
  await set.untilReplaced(slot, master);
  await isNormal(traffic);
  expect(failedElsewhere(traffic, groupId)).toEqual([]);
});

test('a master is killed: its groups come back within 15 s, and other groups never notice', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  const { master, groupId, others, slot } = await speakOnEachShard(traffic, 'killed');
  await master.kill();
  await traffic.untilEach(20, others);
  await set.untilReplaced(slot, master);
  await isNormal(traffic);
  expect(failedElsewhere(traffic, groupId)).toEqual([]);
});

const leaseTtlMs = 3000;
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
