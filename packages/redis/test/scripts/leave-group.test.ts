import { acceptCommand, joinCommand, leaveCommand, muteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('a member who leaves is gone, and the answer names its own entry', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    const left = await stage.do(leaveCommand({ groupId, userId: 'u1' }));
    expect(left).toMatchObject({ status: 'none', roles: [], seq: 3 });
    expect(await stage.member('u1')).toBeNull();
  });

  test('the last admin is followed by the longest-standing active member', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('muted', 'successor', 'later');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'muted' }));
    const left = await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect(left.seq).toBe(6);
    expect((await stage.wires(2))[1]).toContain(
      '"type":"promoted","user_id":"successor","actor_id":"$service"',
    );
    expect(await stage.member('successor')).toMatchObject({ roles: ['admin'], sinceSeq: 3 });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 2, muted: 1, admins: 1 } });
  });

  test('the successor is found behind more muted members than one look takes in', async () => {
    const stage = open();
    await stage.create('strict_private');
    const muted = Array.from({ length: 60 }, (_, index) => `muted-${index}`);
    await stage.admit(...muted, 'successor');
    for (const userId of muted) await stage.do(muteCommand({ groupId, actor: 'owner', userId }));
    await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect(await stage.member('successor')).toMatchObject({ roles: ['admin'] });
  });

  test('a private group without an active member is deleted, its applicants with it', async () => {
    const stage = open();
    await stage.create('private');
    await stage.do(joinCommand({ groupId, userId: 'applicant' }));
    const left = await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect(left.seq).toBe(3);
    expect((await stage.wires(1))[0]).toContain('"type":"deleted","user_id":"$service","epoch"');
    expect(await stage.groups.group(groupId)).toBeNull();
    expect(
      await stage.groups.change(acceptCommand({ groupId, actor: '$service', userId: 'applicant' })),
    ).toEqual({
      type: 'refused',
      failure: { code: 'group_not_found' },
    });
  });

  test('an empty public group stays', async () => {
    const stage = open();
    await stage.create();
    await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 0, admins: 0 } });
  });
});
