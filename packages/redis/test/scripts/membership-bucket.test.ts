import { createCommand, joinCommand, leaveCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage, user } from './stage.ts';

const settings = { membershipRatePerSec: 0.1, membershipRateBurst: 2 };
const rateLimited = {
  type: 'refused',
  failure: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
};
const index = (stage: Stage, name: string) => stage.redis.hgetall(stage.keys.mine(user(name)));

onEveryRedis((open) => {
  test('joins, leaves and creates of a user draw from one bucket, whatever the group', async () => {
    const stage = open({ settings });
    await stage.do(createCommand({ groupId: 'other', actor: 'u1' }));
    await stage.do(leaveCommand({ groupId: 'other', userId: 'u1' }));
    const refusal = await stage.groups.change(joinCommand({ groupId: 'third', userId: 'u1' }));
    expect(refusal).toEqual(rateLimited);
    const retryAfterMs = refusal.type === 'refused' ? (refusal.failure.retryAfterMs ?? 0) : 0;
    expect(retryAfterMs).toBeGreaterThan(8000);
    expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  });

  test('a user whom the bucket refuses has nothing in its index and nothing in the group', async () => {
    const stage = open({ settings });
    await stage.create();
    await stage.groups.change(leaveCommand({ groupId, userId: 'u1' }));
    await stage.groups.change(leaveCommand({ groupId, userId: 'u1' }));
    expect(await stage.groups.change(joinCommand({ groupId, userId: 'u1' }))).toEqual(rateLimited);
    expect(await index(stage, 'u1')).toEqual({});
    expect(await stage.entries()).toHaveLength(1);
  });

  test('a retry is answered though the bucket is empty; another payload is a conflict', async () => {
    const stage = open({ settings });
    await stage.create();
    const join = joinCommand({ groupId, userId: 'u1' });
    const first = await stage.do(join);
    await stage.groups.change(joinCommand({ groupId, userId: 'u1' }));
    expect(await stage.groups.change(join)).toEqual({ ...first, isDuplicate: true });
    const request = { ...join.request, payloadHash: 'another' };
    expect(await stage.groups.change({ ...join, request })).toEqual({
      type: 'refused',
      failure: { code: 'conflict' },
    });
  });

  test('what the service does for a user costs the user nothing', async () => {
    const stage = open({ settings });
    await stage.create();
    for (let round = 0; round < 3; round += 1) {
      await stage.admit('u1');
      await stage.do(leaveCommand({ groupId, userId: 'u1', actor: '$service' }));
    }
    expect(await stage.redis.exists(stage.keys.membershipBucket(user('u1')))).toBe(0);
    expect(Object.keys(await index(stage, 'u1'))).toEqual([groupId]);
  });

  test('a bucket is forgotten when it is full again', async () => {
    const stage = open({ settings });
    await stage.create();
    const ttlMs = await stage.redis.pttl(stage.keys.membershipBucket(user('owner')));
    expect(ttlMs).toBeGreaterThan(8000);
    expect(ttlMs).toBeLessThanOrEqual(10_000);
  });

  test('a leave writes nothing into the index', async () => {
    const stage = open({ settings });
    await stage.create();
    await stage.groups.change(leaveCommand({ groupId, userId: 'stranger' }));
    expect(await index(stage, 'stranger')).toEqual({});
  });
});
