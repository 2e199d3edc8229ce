import { joinCommand, rejectCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('a rejected applicant is gone, and the entry names actor and reason', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'u1' }));
    const rejected = await stage.do(rejectCommand({ groupId, actor: 'owner', userId: 'u1', reason: 'full' }));
    expect(rejected).toMatchObject({ status: 'none', roles: [], seq: 3 });
    expect((await stage.entries()).at(-1)).toMatchObject({
      event: { type: 'rejected', user_id: 'u1', actor_id: 'owner', reason: 'full' },
    });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 1, pending: 0 } });
  });

  test('an active member cannot be rejected', async () => {
    const stage = open();
    await stage.create('private');
    await stage.admit('u1');
    expect(await stage.groups.change(rejectCommand({ groupId, actor: 'owner', userId: 'u1' }))).toEqual({
      type: 'refused',
      failure: { code: 'user_not_pending' },
    });
  });
});
