/** What is due in a partition, by its kind: no kind waits until another one is done. */
import { partitionOf } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  joinCommand,
  muteCommand,
  obtainRedisForTests,
  type RedisForTests,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { startEngine } from '../start-engine.ts';

const groupId = groupIdSchema.parse('idle');
const partition = partitionOf(groupId);
const others = 2500;

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

/** An engine in whose partition many names of a kind are due, and were so before all else. */
async function crowdedBy(nameOf: (n: number) => string) {
  const started = await startEngine({ url: redis.url });
  const client = new Redis(redis.adminUrl);
  const key = new Keys(started.prefix).dueIn(partition);
  await client.zadd(key, ...Array.from({ length: others }, (_, n) => [1, nameOf(n)]).flat());
  const add = (name: string) => client.zadd(key, 2, name);
  return {
    ...{ engine: started.engine, add },
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await started[Symbol.asyncDispose]();
    },
  };
}

test('a mute ends, though messages of many groups are due before it', async () => {
  await using scene = await crowdedBy((n) => `$timed:other-${n}`);
  const { groups, dueMutes, log } = scene.engine;
  const guest = { groupId, userId: 'guest' };
  await groups.change(createCommand({ groupId, actor: 'owner', groupType: 'strict_private' }));
  await groups.change(joinCommand({ ...guest, actor: '$service', admit: true }));
  await groups.change(muteCommand({ ...guest, actor: 'owner', forMs: 1 }));
  await eventually(async () => {
    await dueMutes.endDueMutes(partition);
    expect((await log.before(groupId, 100, 1))?.entries).toMatchObject([{ event: { type: 'unmuted' } }]);
  });
});

test('messages and erasures are found at the first look, though many groups are due before them', async () => {
  await using scene = await crowdedBy((n) => `other-${n}`);
  await scene.add('$user:ann');
  expect(await scene.engine.erasures.due(partition)).toEqual(['ann']);
  await using timed = await crowdedBy((n) => `$user:other-${n}`);
  await timed.add(`$timed:${groupId}`);
  // The group has no such messages, so the look takes it off the list.
  expect(await timed.engine.timedMessages.due(partition)).toEqual([]);
  expect(await timed.engine.erasures.due(partition)).toHaveLength(100);
});
