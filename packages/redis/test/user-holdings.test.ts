/** Places that a node has reserved and died before it could note or give them back. */
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { createCommand, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../src/keys.ts';
import { startEngine } from './start-engine.ts';

const ann = userIdSchema.parse('ann');
const minuteMs = 60_000;

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

/** A user may create two groups; `lost` was reserved and never made. @returns what the engine says of further ones, in turn */
async function createAfterDeath(ageMs: number, groupIds: readonly string[]) {
  await using started = await startEngine({ url: redis.url, settings: { groupsPerUserMax: 2 } });
  await using client = Object.assign(new Redis(redis.url), {
    [Symbol.asyncDispose]: async () => client.disconnect(),
  });
  const key = new Keys(started.prefix).holding('created', ann);
  await client.hset(key, groupIdSchema.parse('lost'), `nonce.${Date.now() - ageMs}`);
  const said: string[] = [];
  for (const groupId of groupIds) {
    const outcome = await started.engine.groups.change(createCommand({ groupId, actor: ann }));
    said.push(outcome.outcome === 'done' ? 'done' : outcome.failure.code);
  }
  return said;
}

test('a place whose node has died counts while its step may be under way, and no longer', async () => {
  expect(await createAfterDeath(minuteMs / 2, ['a', 'b'])).toEqual(['done', 'limit_reached']);
  expect(await createAfterDeath(minuteMs + 1000, ['a', 'b', 'c'])).toEqual(['done', 'done', 'limit_reached']);
});

test('a retry of the creation whose node has died gets the place that was reserved for it', async () => {
  expect(await createAfterDeath(0, ['a', 'lost', 'b'])).toEqual(['done', 'done', 'limit_reached']);
});
