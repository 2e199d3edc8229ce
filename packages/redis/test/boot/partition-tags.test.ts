/** Which hash tags the nodes of a prefix use: what the first boot chose, on each kind of Redis. */
import { evenTags, numberedTags } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  freshPrefix,
  messageDraft,
  type RedisServer,
  startOneShardCluster,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { startEngine } from '../start-engine.ts';

const groupId = groupIdSchema.parse('general');

let cluster: RedisServer;
let single: RedisServer;
let clusterRedis: Redis;
let singleRedis: Redis;
beforeAll(async () => {
  cluster = await startOneShardCluster();
  single = await startRedis();
  clusterRedis = new Redis(cluster.url);
  singleRedis = new Redis(single.url);
});
afterAll(async () => {
  for (const redis of [clusterRedis, singleRedis]) redis.disconnect();
  for (const server of [cluster, single]) await server[Symbol.asyncDispose]();
});

/** Boots a node, which creates a group and sends a message. @returns the room of the group */
async function useOnce(url: string, prefix: string): Promise<string> {
  await using started = await startEngine({ url, prefix });
  const { groups, log, rooms } = started.engine;
  await groups.change(createCommand({ groupId, actor: 'owner' }));
  const sent = await log.append(messageDraft({ groupId, sender: 'owner', message: 'hello' }));
  expect(sent.type).toBe('appended');
  const { rows } = await groups.list({ prefix: '', cursor: null, limit: 10 });
  expect(rows).toEqual([groupId]);
  return rooms.groupRoom(groupId);
}

const storedIn = (redis: Redis, prefix: string) => redis.hget(`${prefix}:meta`, 'partitions');
const tagsOfKeys = async (redis: Redis, prefix: string): Promise<ReadonlySet<string>> => {
  const keys = await redis.keys(`${prefix}:{*:log:${groupId}`);
  return new Set(keys.map((key) => key.slice(key.indexOf('{'), key.indexOf('}') + 1)));
};

test('a prefix that is first used on a Cluster has even tags, and keeps them', async () => {
  const prefix = freshPrefix();
  for (let boot = 0; boot < 2; boot += 1) {
    expect(await useOnce(cluster.url, prefix)).toBe(evenTags.groupRoom(groupId));
    // A node that knows numbered tags only starts on `256`, and refuses every other text.
    expect(await storedIn(clusterRedis, prefix)).toBe('256 even');
  }
  expect(await tagsOfKeys(clusterRedis, prefix)).toEqual(new Set([evenTags.tagOf(groupId)]));
});

test('a prefix that is first used on one server has numbered tags', async () => {
  const prefix = freshPrefix();
  expect(await useOnce(single.url, prefix)).toBe(numberedTags.groupRoom(groupId));
  expect(await storedIn(singleRedis, prefix)).toBe('256');
  expect(await tagsOfKeys(singleRedis, prefix)).toEqual(new Set([numberedTags.tagOf(groupId)]));
});

test('a prefix with numbered tags keeps them on a Cluster', async () => {
  const prefix = freshPrefix();
  await clusterRedis.hset(`${prefix}:meta`, 'partitions', '256');
  expect(await useOnce(cluster.url, prefix)).toBe(numberedTags.groupRoom(groupId));
  expect(await storedIn(clusterRedis, prefix)).toBe('256');
  expect(await tagsOfKeys(clusterRedis, prefix)).toEqual(new Set([numberedTags.tagOf(groupId)]));
});

test('a prefix with even tags keeps them on one server', async () => {
  const prefix = freshPrefix();
  await singleRedis.hset(`${prefix}:meta`, 'partitions', '256 even');
  expect(await useOnce(single.url, prefix)).toBe(evenTags.groupRoom(groupId));
});

test('a prefix on a Cluster that lost its meta keeps the numbered tags of its owners', async () => {
  const prefix = freshPrefix();
  await clusterRedis.set(new Keys(prefix).lastToken(200), '1');
  expect(await useOnce(cluster.url, prefix)).toBe(numberedTags.groupRoom(groupId));
  expect(await storedIn(clusterRedis, prefix)).toBe('256');
});

test('a node that runs writes the tags of its prefix again when Redis came up empty', async () => {
  const prefix = freshPrefix();
  await clusterRedis.hset(`${prefix}:meta`, 'partitions', '256');
  await using _ = await startEngine({ url: cluster.url, prefix });
  await clusterRedis.del(`${prefix}:meta`);
  const isBack = async () => expect(await storedIn(clusterRedis, prefix)).toBe('256');
  await eventually(isBack, { timeoutMs: 20_000, everyMs: 100 });
});

test('nodes that boot a fresh prefix of a Cluster at once use the same tags', async () => {
  const prefix = freshPrefix();
  const nodes = await Promise.all([1, 2, 3].map(() => startEngine({ url: cluster.url, prefix })));
  const rooms = nodes.map(({ engine }) => engine.rooms.groupRoom(groupId));
  for (const { engine } of nodes) await engine.close();
  expect(new Set(rooms)).toEqual(new Set([evenTags.groupRoom(groupId)]));
});

test('tags that this version does not know are refused', async () => {
  const prefix = freshPrefix();
  await clusterRedis.hset(`${prefix}:meta`, 'partitions', '256 odd');
  await expect(startEngine({ url: cluster.url, prefix })).rejects.toThrow(
    `Prefix "${prefix}" holds groups in 256 odd partitions and this version has 256: changing the count is a migration.`,
  );
});
