/** Places that a node has reserved and died before it could note or give them back. */
import type { GroupCommand } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  banCommand,
  createCommand,
  deleteCommand,
  obtainRedisForTests,
  type RedisForTests,
  unbanCommand,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { startEngine } from '../start-engine.ts';

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
  await using client = Object.assign(new Redis(redis.adminUrl), {
    [Symbol.asyncDispose]: async () => client.disconnect(),
  });
  const key = new Keys(started.prefix).places('created', ann);
  await client.hset(key, groupIdSchema.parse('lost'), `nonce.${Date.now() - ageMs}`);
  const said: string[] = [];
  for (const groupId of groupIds) {
    const outcome = await started.engine.groups.change(createCommand({ groupId, actor: ann }));
    said.push(outcome.type === 'done' ? 'done' : outcome.failure.code);
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

test('creations on two nodes with deletions between never exceed the quota, and no place is lost', async () => {
  const settings = { groupsPerUserMax: 3, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
  await using one = await startEngine({ url: redis.url, settings });
  await using other = await startEngine({ url: redis.url, prefix: one.prefix, settings });
  const nodes = [one.engine, other.engine];
  for (let round = 0; round < 200; round += 1) {
    const actor = `user-${round % 20}`;
    const ids = Array.from({ length: 6 }, (_, n) => `${actor}.${n}`);
    const change = (at: number, command: GroupCommand) => nodes[at % 2]?.groups.change(command);
    await Promise.all([
      ...ids.map((groupId, at) => change(at, createCommand({ groupId, actor }))),
      ...ids.slice(0, 2).map((groupId, at) => change(at + 1, createCommand({ groupId, actor }))),
    ]);
    const standing = await Promise.all(ids.map((id) => one.engine.groups.group(groupIdSchema.parse(id))));
    const made = standing.flatMap((group) => (group === null ? [] : [group.groupId]));
    expect(made).toHaveLength(3);
    const more = createCommand({ groupId: `${actor}.more`, actor });
    expect(await change(round, more)).toMatchObject({ failure: { code: 'limit_reached' } });
    await Promise.all(made.map((groupId, at) => change(at, deleteCommand({ groupId, actor }))));
  }
});

test('bans on two nodes at once are never more than a group may hold', async () => {
  const settings = { bansPerGroupMax: 3, changeRatePerSec: 1e6, changeRateBurst: 1e6 };
  await using one = await startEngine({ url: redis.url, settings });
  await using other = await startEngine({ url: redis.url, prefix: one.prefix, settings });
  const nodes = [one.engine, other.engine];
  const group = { groupId: 'bans', actor: 'owner' };
  await one.engine.groups.change(createCommand(group));
  for (let round = 0; round < 300; round += 1) {
    const users = Array.from({ length: 8 }, (_, n) => `abuser-${n}`);
    const outcomes = await Promise.all(
      users.map((userId, at) => nodes[at % 2]?.groups.change(banCommand({ ...group, userId }))),
    );
    const banned = users.filter((_, at) => outcomes[at]?.type === 'done');
    expect(banned).toHaveLength(3);
    await Promise.all(
      banned.map((userId, at) => nodes[at % 2]?.groups.change(unbanCommand({ ...group, userId }))),
    );
  }
});
