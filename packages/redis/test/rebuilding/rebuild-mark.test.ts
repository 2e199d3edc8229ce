/** Who may fill a prefix: one rebuild at a time, while no node runs, and only where there was no group. */
import { setTimeout as pause } from 'node:timers/promises';
import { defaultEngineSettings, type RebuiltStore, systemClock } from '@plenum/core';
import { asService, freshPrefix, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRebuiltStore } from '../../src/index.ts';
import { keepingLogger, systemRandom } from '../start-engine.ts';

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

const leaseTtlMs = 300;
const open = (prefix: string): Promise<RebuiltStore> =>
  openRebuiltStore({
    ...{ url: asService(server.url), prefix, random: systemRandom, clock: systemClock },
    ...{ logger: keepingLogger(), settings: { ...defaultEngineSettings, leaseTtlMs } },
  });
const markOf = (prefix: string) => redis.hget(`${prefix}:meta`, 'rebuild');
const addGroup = (prefix: string) => redis.zadd(`${prefix}:{p3}:groups`, 0, 'hall');

test('of two rebuilds at a time one is refused, also when both continue one that was stopped', async () => {
  const prefix = freshPrefix();
  for (const type of ['begun', 'continued']) {
    const stores = await Promise.all([open(prefix), open(prefix)]);
    const starts = await Promise.all(stores.map((store) => store.begin()));
    expect(starts.map((start) => start.type).toSorted()).toEqual([type, 'refused']);
    expect(JSON.stringify(starts)).toMatch(/is being rebuilt by another process/);
    // Stopped: its mark stays, and has a word no longer.
    for (const store of stores) await store.close();
    expect(await markOf(prefix)).toMatch(/^filling /);
  }
});

test('a rebuild that runs keeps another one out as long as it takes, and ends with its mark', async () => {
  const prefix = freshPrefix();
  const [one, other] = [await open(prefix), await open(prefix)];
  expect(await one.begin()).toEqual({ type: 'begun' });
  await addGroup(prefix);
  await pause(3 * leaseTtlMs);
  expect(await other.begin()).toMatchObject({ type: 'refused' });
  await one.finish();
  expect(await markOf(prefix)).toBeNull();
  for (const store of [one, other]) await store.close();
});

test('one that was stopped while it checked a prefix with groups leaves no right to fill it', async () => {
  const prefix = freshPrefix();
  await addGroup(prefix);
  await redis.hset(`${prefix}:meta`, 'rebuild', 'checking 0123456789abcdef 1');
  const store = await open(prefix);
  expect(await store.begin()).toMatchObject({ why: expect.stringMatching(/holds 1 group\(s\)/) });
  expect(await markOf(prefix)).toBeNull();
  await store.close();
});

test('a node that runs is noticed on a Redis that was just emptied', async () => {
  const prefix = freshPrefix();
  const store = await open(prefix);
  const begun = store.begin();
  await pause(leaseTtlMs / 3);
  await redis.hset(`${prefix}:nodes`, 'node-1', '1 0 {}');
  expect(await begun).toMatchObject({ why: expect.stringMatching(/in use by 1 running node/) });
  expect(await markOf(prefix)).toBeNull();
  await store.close();
});

test('a node that wakes up while a rebuild runs is noticed at its end, and the mark stays', async () => {
  const prefix = freshPrefix();
  await redis.hset(`${prefix}:nodes`, 'node-1', '1 0 {}', 'node-2', '1 0 {}');
  const store = await open(prefix);
  expect(await store.begin()).toEqual({ type: 'begun' });
  await redis.hset(`${prefix}:nodes`, 'node-2', '2 0 {}');
  await expect(store.finish()).rejects.toThrow(/1 node\(s\) ran on prefix .* while it was rebuilt/);
  await store.close();
  expect(await markOf(prefix)).toMatch(/^filling /);
});

test('a rebuild that was silent for so long that another has begun writes no more', async () => {
  const prefix = freshPrefix();
  const store = await open(prefix);
  await store.begin();
  // Twice: the first word may come between the look and the word of a beat.
  for (const _ of [1, 2]) {
    await redis.hset(`${prefix}:meta`, 'rebuild', 'filling 0123456789abcdef 1');
    await pause(leaseTtlMs);
  }
  await expect(store.finish()).rejects.toThrow(/Another rebuild of prefix .* has taken over/);
  await store.close();
  expect(await markOf(prefix)).toBe('filling 0123456789abcdef 1');
});
