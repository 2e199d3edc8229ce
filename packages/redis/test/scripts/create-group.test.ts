import { isoTime } from '@plenum/core';
import { createCommand, deleteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('the creator is the first admin and `created` the first entry', async () => {
    const stage = open();
    const done = await stage.create('strict_private');
    expect(done).toMatchObject({ status: 'active', roles: ['admin'], seq: 1, isDuplicate: false });
    const group = await stage.groups.group(groupId);
    const timestamp = isoTime(group?.createdAtMs ?? 0);
    expect(await stage.wires(1)).toEqual([
      `{"group_id":"room:one","type":"created","user_id":"owner","epoch":"${done.epoch}","seq":1,` +
        `"timestamp":"${timestamp}","roles":["admin"],"group_type":"strict_private"}`,
    ]);
    expect(group?.counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
  });

  test('settings come back as they were given', async () => {
    const stage = open();
    const given = {
      maxMembers: 3,
      ephemeral: true,
      history: 'since_join',
      metadata: '{"a":[],"n":1e99}',
    } as const;
    await stage.do(createCommand({ groupId, actor: 'owner', groupType: 'private', ...given }));
    expect(await stage.groups.group(groupId)).toMatchObject({ groupType: 'private', ...given });
  });

  test('a group that exists is refused and stays as it is', async () => {
    const stage = open();
    await stage.create();
    const before = await stage.groups.group(groupId);
    expect(await stage.groups.change(createCommand({ groupId, actor: 'other' }))).toEqual({
      type: 'refused',
      failure: { code: 'already_exists' },
    });
    expect(await stage.groups.group(groupId)).toEqual(before);
  });

  test('a retried create gives the first answer, another payload under its id is a conflict', async () => {
    const stage = open();
    const command = createCommand({ groupId, actor: 'owner', requestId: 'r1' });
    const first = await stage.do(command);
    expect(await stage.groups.change(command)).toEqual({ ...first, isDuplicate: true });
    const other = createCommand({ groupId, actor: 'owner', requestId: 'r1', groupType: 'private' });
    expect(await stage.groups.change(other)).toEqual({ type: 'refused', failure: { code: 'conflict' } });
  });

  test('a group over a tombstone has a new epoch, an empty past and nothing of the old log', async () => {
    const stage = open();
    const old = await stage.create();
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    const renewed = await stage.create();
    expect(renewed.seq).toBe(1);
    expect(renewed.epoch).not.toBe(old.epoch);
    expect(await stage.groups.group(groupId)).toMatchObject({
      head: { epoch: renewed.epoch, seq: 1, past: [], oldestSeq: 1, isDeleted: false },
    });
    expect(await stage.redis.ttl(stage.keys.group(groupId))).toBe(-1);
  });

  test('the group is listed in its partition', async () => {
    const stage = open();
    await stage.create();
    expect(await stage.redis.zrange(stage.keys.groups(groupId), '0', '-1')).toEqual([groupId]);
  });
});
