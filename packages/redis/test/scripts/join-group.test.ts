import { isoTime, partitionOf } from '@plenum/core';
import { createCommand, joinCommand, leaveCommand, muteCommand, updateCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('a joiner of a public group is active from its entry on', async () => {
    const stage = open();
    await stage.create();
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({
      status: 'active',
      roles: ['member'],
      seq: 2,
    });
    expect(await stage.member('u1')).toMatchObject({ status: 'active', sinceSeq: 2 });
  });

  test('the first into an empty public group becomes its admin, and the entry says so', async () => {
    const stage = open();
    await stage.create();
    await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({ roles: ['admin'] });
    expect((await stage.wires(1))[0]).toContain('"type":"joined","user_id":"u1"');
    expect((await stage.wires(1))[0]).toContain('"roles":["admin"]}');
  });

  test('an applicant of a private group waits', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    expect(await stage.member('u1')).toMatchObject({ status: 'pending', sinceSeq: 2 });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 1, pending: 1 } });
  });

  test('a muted member who joins again becomes an applicant whose mute no longer ends', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 60_000 }));
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    expect(await stage.member('u1')).toMatchObject({ status: 'pending', mutedUntilMs: null, sinceSeq: 4 });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 1, pending: 1, muted: 0 } });
    expect(await stage.redis.zcard(stage.keys.mutes(groupId))).toBe(0);
  });

  test('a request without an end outlives the trace of an earlier one that has ended', async () => {
    const stage = open();
    const { keys, redis } = stage;
    await stage.do(createCommand({ groupId, actor: 'owner', groupType: 'private', requestTtlMs: 60_000 }));
    const endNow = async () => {
      await redis.zadd(keys.mutes(groupId), 1, 'u1');
      await redis.hset(keys.group(groupId), 'next_due', '1');
    };
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    await redis.hset(keys.members(groupId), 'u1', 'p m 1 2 1');
    await endNow();
    await stage.dueMutes.endDueMutes(partitionOf(groupId));
    expect(await stage.member('u1')).toBeNull();
    await stage.do(updateCommand({ groupId, actor: 'owner', requestTtlMs: null }));
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    await endNow();
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 1, pending: 1 } });
    await redis.zadd(keys.due(groupId), 1, groupId);
    await stage.dueMutes.endDueMutes(partitionOf(groupId));
    expect(await stage.member('u1')).toMatchObject({ status: 'pending' });
    expect(await redis.zcard(keys.mutes(groupId))).toBe(0);
  });

  test('the service admits into a private group directly, and is named', async () => {
    const stage = open();
    await stage.create('private');
    await stage.admit('u1');
    expect(await stage.member('u1')).toMatchObject({ status: 'active' });
    expect((await stage.wires(1))[0]).toContain('"user_id":"u1","actor_id":"$service"');
  });

  test('ensure answers a member with its present status and writes nothing', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    const before = await stage.keyNames();
    const ensured = await stage.do(joinCommand({ groupId, userId: 'u1', ensure: true }));
    expect(ensured).toMatchObject({ status: 'pending', seq: 2, isDuplicate: true });
    expect(await stage.keyNames()).toEqual(before);
  });

  test('a banned user is refused until the ban ends', async () => {
    const stage = open();
    await stage.create();
    const members = stage.keys.members(groupId);
    await stage.redis.hset(members, 'u1', 'b m 0 0 -', 'u2', 'b m 0 0 9999999999999', 'u3', 'b m 0 0 1');
    const verdicts = [];
    for (const userId of ['u1', 'u2', 'u3']) {
      verdicts.push(await stage.groups.change(joinCommand({ groupId, userId })));
    }
    const banned = { type: 'refused', failure: { code: 'banned' } };
    const details = { banned_until: isoTime(9999999999999) };
    const forATime = { type: 'refused', failure: { code: 'banned', details } };
    expect(verdicts).toEqual([banned, forATime, expect.objectContaining({ status: 'active' })]);
    expect(await stage.groups.position(groupId, user('u1'))).toMatchObject({ member: null, isBanned: true });
  });

  test('the group is in the index of the joiner before anything else, and joining again renews it', async () => {
    const stage = open();
    await stage.groups.change(joinCommand({ groupId, userId: 'u1' }));
    const first = await stage.redis.hget(stage.keys.mine(user('u1')), groupId);
    expect(first).toMatch(/^[0-9a-f]{16}\.\d{13}$/);
    await stage.create();
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    await stage.groups.change(joinCommand({ groupId, userId: 'u1' }));
    expect(await stage.redis.hget(stage.keys.mine(user('u1')), groupId)).not.toBe(first);
  });
});
