/** Which data a node starts on: that of the version that it knows, by `data_version` in the prefix's `meta`. */
import { freshPrefix, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine } from '../start-engine.ts';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

const metaOf = (prefix: string) => redis.hgetall(`${prefix}:meta`);

test('the first boot of a prefix writes the version of its data, and later ones start on it', async () => {
  const prefix = freshPrefix();
  for (const _ of [1, 2]) {
    await using started = await startEngine({ url: server.url, prefix });
    expect(started.engine.dataVersion).toBe(1);
    expect(await metaOf(prefix)).toMatchObject({ data_version: '1' });
  }
});

test('a prefix from before there was a version is of version 1, and nothing is written to it', async () => {
  const prefix = freshPrefix();
  await redis.hset(`${prefix}:meta`, 'partitions', '256');
  await using started = await startEngine({ url: server.url, prefix, role: 'client' });
  expect(started.engine.dataVersion).toBe(1);
  expect(await metaOf(prefix)).toEqual({ partitions: '256' });
});

test.each(['2', '0', 'two'])('data of version %s is refused, and stays as it is', async (version) => {
  const prefix = freshPrefix();
  await redis.hset(`${prefix}:meta`, 'data_version', version);
  await expect(startEngine({ url: server.url, prefix })).rejects.toThrow(
    `Prefix "${prefix}" holds data of version ${version} and this version of Plenum reads version 1: start the version of Plenum that wrote it, see /docs/operations/upgrades.`,
  );
  expect(await metaOf(prefix)).toEqual({ data_version: version });
});

test('a node starts on no prefix whose rebuild has not ended', async () => {
  const prefix = freshPrefix();
  await redis.hset(`${prefix}:meta`, 'rebuild', 'running');
  await expect(startEngine({ url: server.url, prefix })).rejects.toThrow(
    `A rebuild of prefix "${prefix}" has not ended: run \`plenum rebuild\` again, it continues where it was stopped.`,
  );
});
