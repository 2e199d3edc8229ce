import { deleteCommand, joinCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('a join that may create makes a public group whose first entry is `created`', async () => {
    const stage = open();
    const joined = await stage.do(joinCommand({ groupId, userId: 'u1', createsPublic: true }));
    expect(joined).toMatchObject({ status: 'active', roles: ['admin'], seq: 1, isDuplicate: false });
    expect(await stage.wires(9)).toEqual([
      expect.stringMatching(
        /"type":"created","user_id":"u1","epoch":.*"seq":1,.*,"roles":\["admin"\],"group_type":"public"}$/,
      ),
    ]);
    expect(await stage.groups.group(groupId)).toMatchObject({
      groupType: 'public',
      history: 'all',
      maxMembers: null,
      metadata: null,
      counts: { active: 1, admins: 1 },
    });
    expect(await stage.redis.hexists(stage.keys.mine(user('u1')), groupId)).toBe(1);
    expect(await stage.groups.list({ prefix: '', cursor: null, limit: 5 })).toMatchObject({
      rows: [groupId],
    });
  });

  test('of two who join an unknown id one creates and the other joins', async () => {
    const stage = open();
    const joins = ['u1', 'u2'].map((userId) =>
      stage.do(joinCommand({ groupId, userId, createsPublic: true })),
    );
    const roles = (await Promise.all(joins)).map((done) => done.roles[0]);
    expect(roles.sort()).toEqual(['admin', 'member']);
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 2, admins: 1 } });
  });

  test('a join over a tombstone creates with an epoch of its own and an empty past', async () => {
    const stage = open();
    const before = await stage.create();
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    const joined = await stage.do(joinCommand({ groupId, userId: 'u1', createsPublic: true }));
    expect(joined.seq).toBe(1);
    expect(joined.epoch).not.toBe(before.epoch);
    expect((await stage.groups.group(groupId))?.head.past).toEqual([]);
  });

  test('an admission never creates', async () => {
    const stage = open();
    const admission = joinCommand({
      groupId,
      userId: 'u1',
      actor: '$service',
      admit: true,
      createsPublic: true,
    });
    expect(await stage.groups.change(admission)).toEqual({
      type: 'refused',
      failure: { code: 'group_not_found' },
    });
  });
});
