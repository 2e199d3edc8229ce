import { createCommand, deleteCommand, messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('a deleted group leaves only a tombstone and its log, for ten minutes', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    const deleted = await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    expect(deleted).toMatchObject({ status: 'none', roles: [], seq: 3 });
    const names = (await stage.keyNames()).filter((name) => !/^(created|dedupe|mine|moves):/.test(name));
    expect(names).toEqual([`group:${groupId}`, `log:${groupId}`]);
    for (const key of [stage.keys.group(groupId), stage.keys.log(groupId)]) {
      const ttlMs = await stage.redis.pttl(key);
      expect(ttlMs).toBeGreaterThan(590_000);
      expect(ttlMs).toBeLessThanOrEqual(600_000);
    }
  });

  test('a tombstone is no group, but shows its log and that it is one', async () => {
    const stage = open();
    await stage.create();
    await stage.do(deleteCommand({ groupId, actor: '$service' }));
    expect(await stage.groups.group(groupId)).toBeNull();
    expect(await stage.groups.members(groupId, { cursor: null, limit: 5, status: null })).toBeNull();
    expect(await stage.groups.position(groupId, user('owner'))).toMatchObject({
      member: null,
      head: { seq: 2, isDeleted: true },
    });
    expect((await stage.wires(1))[0]).toContain('"type":"deleted","user_id":"$service","epoch"');
    expect(await stage.log.append(messageDraft({ groupId, sender: 'owner' }))).toEqual({
      type: 'refused',
      failure: { code: 'group_not_found' },
    });
  });

  test('a retry of a delete is answered after the group is gone; a retry of its create is new', async () => {
    const stage = open();
    const create = createCommand({ groupId, actor: 'owner' });
    const remove = deleteCommand({ groupId, actor: 'owner' });
    const created = await stage.do(create);
    const removed = await stage.do(remove);
    expect(await stage.do(remove)).toEqual({ ...removed, isDuplicate: true });
    const again = await stage.do(create);
    expect(again).toMatchObject({ isDuplicate: false, seq: 1 });
    expect(again.epoch).not.toBe(created.epoch);
    expect(await stage.do(remove)).toEqual({ ...removed, isDuplicate: true });
    expect((await stage.groups.group(groupId))?.head.epoch).toBe(again.epoch);
  });
});
