import { demoteCommand, kickCommand, leaveCommand, muteCommand, promoteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

const refusedWith = (code: string) => ({ type: 'refused', failure: { code } });

onEveryRedis((open) => {
  test('a promoted member is an admin like any other, and keeps its since_seq', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1', 'u2');
    const promoted = await stage.do(promoteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    expect(promoted).toMatchObject({ status: 'active', roles: ['admin'], seq: 4 });
    expect((await stage.wires(1))[0]).toMatch(/"type":"promoted","user_id":"u1",.*,"roles":\["admin"\]}$/);
    expect(await stage.member('u1')).toMatchObject({ roles: ['admin'], sinceSeq: 2 });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 3, admins: 2 } });
    expect(await stage.do(kickCommand({ groupId, actor: 'u1', userId: 'owner' }))).toMatchObject({ seq: 5 });
  });

  test('a demoted admin stays active', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    await stage.do(promoteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    const demoted = await stage.do(demoteCommand({ groupId, actor: 'u1', userId: 'owner' }));
    expect(demoted).toMatchObject({ status: 'active', roles: ['member'] });
    expect((await stage.wires(1))[0]).toMatch(/"type":"demoted","user_id":"owner",.*,"roles":\["member"\]}$/);
    expect(await stage.member('owner')).toMatchObject({ status: 'active', roles: ['member'], sinceSeq: 1 });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 2, admins: 1 } });
  });

  test('the last admin cannot be demoted, also not by the service; a plain member has no role', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    expect(await stage.groups.change(demoteCommand({ groupId, actor: '$service', userId: 'owner' }))).toEqual(
      refusedWith('last_admin'),
    );
    expect(await stage.groups.change(demoteCommand({ groupId, actor: 'owner', userId: 'u1' }))).toEqual(
      refusedWith('cannot_demote'),
    );
  });

  test('neither an admin nor a muted member can be promoted', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    for (const userId of ['owner', 'u1']) {
      expect(await stage.groups.change(promoteCommand({ groupId, actor: 'owner', userId }))).toEqual(
        refusedWith('cannot_promote'),
      );
    }
  });

  test('where a second admin stays, the one who leaves has no successor', async () => {
    const stage = open();
    await stage.create('private');
    await stage.admit('u1', 'u2');
    await stage.do(promoteCommand({ groupId, actor: 'owner', userId: 'u2' }));
    await stage.do(leaveCommand({ groupId, userId: 'owner' }));
    expect((await stage.entries()).at(-1)).toMatchObject({ event: { type: 'left' } });
    expect(await stage.member('u1')).toMatchObject({ roles: ['member'] });
  });
});
