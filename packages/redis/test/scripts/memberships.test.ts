import { tokenLifeMaxMs } from '@plenum/core';
import { createCommand, deleteCommand, eventually, joinCommand, leaveCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { RedisRevocations } from '../../src/cluster/revocations.ts';
import { onEveryRedis, type Stage, user } from './stage.ts';

const u1 = user('u1');

async function inGroups(stage: Stage, ...names: readonly string[]) {
  for (const groupId of names) {
    await stage.do(createCommand({ groupId, actor: 'owner' }));
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
  }
}

/** Makes the entry of one group look as if it had been written eleven minutes ago. */
async function age(stage: Stage, groupId: string) {
  await stage.redis.hset(stage.keys.mine(u1), groupId, `0123456789abcdef.${Date.now() - 660_000}`);
}

const indexed = async (stage: Stage) => (await stage.redis.hkeys(stage.keys.mine(u1))).sort();

onEveryRedis((open) => {
  test('memberships ascend by group id, page by page, each verified', async () => {
    const stage = open();
    await inGroups(stage, 'c', 'a', 'b', 'd');
    await stage.do(leaveCommand({ groupId: 'b', userId: 'u1' }));
    const first = await stage.groups.memberships(u1, { cursor: null, limit: 2 });
    expect(first.rows.map(({ groupId }) => groupId)).toEqual(['a', 'c']);
    const second = await stage.groups.memberships(u1, { cursor: first.nextCursor, limit: 2 });
    expect(second.rows.map(({ groupId }) => groupId)).toEqual(['d']);
    expect(second.nextCursor).toBeNull();
  });

  test('an entry goes when it is old and its group does not know the user', async () => {
    const stage = open();
    await inGroups(stage, 'fresh', 'left', 'stays');
    await stage.do(leaveCommand({ groupId: 'fresh', userId: 'u1' }));
    await stage.do(leaveCommand({ groupId: 'left', userId: 'u1' }));
    await age(stage, 'left');
    await age(stage, 'stays');
    await stage.groups.memberships(u1, { cursor: null, limit: 10 });
    expect(await indexed(stage)).toEqual(['fresh', 'stays']);
  });

  test('joining a group in which one is already puts a lost entry back', async () => {
    const stage = open();
    await inGroups(stage, 'a');
    await stage.redis.del(stage.keys.mine(u1));
    await stage.groups.change(joinCommand({ groupId: 'a', userId: 'u1' }));
    expect(await indexed(stage)).toEqual(['a']);
  });

  test('an index that is only ever written, with groups that are gone, stays short', async () => {
    const stage = open({ settings: { membershipRatePerSec: 1e6, membershipRateBurst: 1e6 } });
    const dead = Array.from({ length: 60 }, (_, i) => [
      `gone-${i}`,
      `0123456789abcdef.${Date.now() - 660_000}`,
    ]);
    await stage.redis.hset(stage.keys.mine(u1), ...dead.flat());
    await inGroups(stage, 'stays');
    await age(stage, 'stays');
    await eventually(async () => {
      await stage.do(createCommand({ groupId: 'again', actor: 'u1' }));
      await stage.do(deleteCommand({ groupId: 'again', actor: 'u1' }));
      expect((await indexed(stage)).length).toBeLessThan(8);
    });
    expect(await indexed(stage)).toContain('stays');
  });

  test('a revocation is kept as long as a token may count, and no longer', async () => {
    const stage = open();
    const revocations = new RedisRevocations(stage);
    const revokedAtMs = await revocations.revoke(u1);
    expect(await revocations.revokedAt([u1])).toEqual(new Map([[u1, revokedAtMs]]));
    const leftMs = await stage.redis.pttl(stage.keys.revoked(u1));
    expect(leftMs).toBeGreaterThan(tokenLifeMaxMs - 60_000);
    expect(leftMs).toBeLessThanOrEqual(tokenLifeMaxMs);
  });

  test('a cursor that is no group id is refused', async () => {
    await expect(open().groups.memberships(u1, { cursor: '{}', limit: 1 })).rejects.toMatchObject({
      failure: { code: 'invalid_args' },
    });
  });
});
