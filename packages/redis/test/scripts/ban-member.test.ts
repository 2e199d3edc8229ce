import { isoTime } from '@plenum/core';
import {
  acceptCommand,
  banCommand,
  deleteCommand,
  eventually,
  joinCommand,
  leaveCommand,
  messageDraft,
  muteCommand,
  unbanCommand,
} from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage, user } from './stage.ts';

const refusedWith = (code: string) => ({ type: 'refused', failure: { code } });

const wholeGroup = async (stage: Stage) => ({
  counts: (await stage.groups.group(groupId))?.counts,
  page: await stage.groups.members(groupId, { cursor: null, limit: 10, status: null }),
});

onEveryRedis((open) => {
  test('a banned member is removed by an entry that says why and until when', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    const command = banCommand({ groupId, actor: 'owner', userId: 'u1', reason: 'spam', forMs: 60_000 });
    const banned = await stage.do(command);
    expect(banned).toMatchObject({ status: 'none', roles: [], seq: 3, mutedUntilMs: null });
    const until = isoTime(banned.bannedUntilMs ?? 0);
    expect((await stage.wires(1))[0]).toMatch(
      new RegExp(
        `"type":"banned","user_id":"u1","actor_id":"owner",.*,"reason":"spam","banned_until":"${until}"}$`,
      ),
    );
    expect(await stage.groups.position(groupId, user('u1'))).toMatchObject({
      member: null,
      isBanned: true,
      bannedUntilMs: banned.bannedUntilMs,
    });
    expect(await stage.log.append(messageDraft({ groupId, sender: 'u1' }))).toEqual({
      type: 'refused',
      failure: { code: 'banned', details: { banned_until: until } },
    });
  });

  test('a ban by an earlier version is listed without its author, and a member record is no ban', async () => {
    const stage = open();
    await stage.create();
    await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1', reason: 'spam' }));
    await stage.redis.hdel(stage.keys.applications(groupId), 'u1 ban');
    await stage.redis.zadd(stage.keys.bans(groupId), '+inf', 'owner');
    expect(await stage.groups.bans(groupId, { cursor: null, limit: 5 })).toEqual({
      rows: [{ userId: 'u1', sinceMs: expect.any(Number), untilMs: null, bannedBy: null, reason: null }],
      nextCursor: null,
    });
  });

  test('a ban is in no count, list or page, even of an outsider', async () => {
    const stage = open();
    await stage.create('strict_private');
    const before = await wholeGroup(stage);
    await stage.admit('u1', 'u2');
    await stage.do(joinCommand({ groupId, userId: 'u3' }));
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u2', forMs: 60_000 }));
    for (const userId of ['u1', 'u2', 'u3', 'stranger']) {
      await stage.do(banCommand({ groupId, actor: 'owner', userId }));
    }
    expect(await wholeGroup(stage)).toEqual(before);
    expect(await stage.redis.zcard(stage.keys.mutes(groupId))).toBe(0);
  });

  test('a ban without an end lasts until an unban, and then the user may join', async () => {
    const stage = open();
    await stage.create();
    expect(await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1' }))).toMatchObject({
      bannedUntilMs: null,
    });
    expect(await stage.groups.change(joinCommand({ groupId, userId: 'u1' }))).toEqual(refusedWith('banned'));
    expect(await stage.groups.change(leaveCommand({ groupId, userId: 'u1' }))).toEqual(
      refusedWith('user_not_in_group'),
    );
    const unbanned = await stage.do(unbanCommand({ groupId, actor: 'owner', userId: 'u1', reason: 'sorry' }));
    expect(unbanned).toMatchObject({ status: 'none', roles: [], seq: 3, bannedUntilMs: null });
    expect((await stage.wires(1))[0]).toMatch(/"type":"unbanned",.*,"reason":"sorry"}$/);
    expect(await stage.redis.hexists(stage.keys.members(groupId), 'u1')).toBe(0);
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({ status: 'active' });
  });

  test('a second ban replaces the time of the first', async () => {
    const stage = open();
    await stage.create();
    await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1' }));
    const second = await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 1 }));
    expect(second.seq).toBe(3);
    await eventually(async () =>
      expect(await stage.groups.position(groupId, user('u1'))).toMatchObject({ isBanned: false }),
    );
    expect(await stage.groups.change(unbanCommand({ groupId, actor: 'owner', userId: 'u1' }))).toEqual(
      refusedWith('not_banned'),
    );
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({
      status: 'active',
      seq: 4,
    });
  });

  test('the last admin cannot be banned, not even by the service', async () => {
    const stage = open();
    await stage.create();
    expect(await stage.groups.change(banCommand({ groupId, actor: '$service', userId: 'owner' }))).toEqual(
      refusedWith('last_admin'),
    );
  });

  test('an applicant who was banned can no longer be accepted', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1' }));
    expect(await stage.groups.change(acceptCommand({ groupId, actor: 'owner', userId: 'u1' }))).toEqual(
      refusedWith('user_not_in_group'),
    );
  });

  test('a new group of a deleted id knows no ban of the old one', async () => {
    const stage = open();
    await stage.create();
    await stage.do(banCommand({ groupId, actor: 'owner', userId: 'u1' }));
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    await stage.create();
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({ status: 'active' });
  });
});
