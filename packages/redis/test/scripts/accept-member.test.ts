import { acceptCommand, createCommand, joinCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('an accepted applicant receives from its entry on, and the reason is unchanged', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    const reason = 'because "\\ \u2028 é 😀';
    const accepted = await stage.do(acceptCommand({ groupId, actor: 'owner', userId: 'u1', reason }));
    expect(accepted).toMatchObject({ status: 'active', roles: ['member'], seq: 3 });
    expect(await stage.member('u1')).toMatchObject({ status: 'active', sinceSeq: 3 });
    expect((await stage.entries()).at(-1)).toMatchObject({
      event: { type: 'accepted', actor_id: 'owner', reason },
    });
    expect(await stage.redis.zcard(stage.keys.pending(groupId))).toBe(0);
  });

  test('a full group accepts no one', async () => {
    const stage = open();
    await stage.do(createCommand({ groupId, actor: 'owner', groupType: 'private', maxMembers: 2 }));
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    await stage.admit('u2');
    expect(await stage.groups.change(acceptCommand({ groupId, actor: 'owner', userId: 'u1' }))).toEqual({
      type: 'refused',
      failure: { code: 'group_full' },
    });
  });

  test('a retried acceptance gives the first answer and writes no entry', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    const command = acceptCommand({ groupId, actor: 'owner', userId: 'u1' });
    const first = await stage.do(command);
    expect(await stage.do(command)).toEqual({ ...first, isDuplicate: true });
    expect(await stage.entries()).toHaveLength(3);
  });
});
