/** Creating groups. */
import { describe, expect, test } from 'vitest';
import { createCommand, joinCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, Scene, verdict } from '../../scene/scene.ts';

export function creating(makeEngine: MakeEngine): void {
  describe('create', () => {
    test('the creator is the only member and an active admin', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
      expect(await scene.member('owner')).toMatchObject({ status: 'active', roles: ['admin'], sinceSeq: 1 });
    });

    test('the answer names the first entry of a new epoch', async () => {
      await using scene = new Scene(await makeEngine(), 'g');
      const done = await scene.do(createCommand({ groupId: 'g', actor: 'owner' }));
      expect(done).toMatchObject({ isDuplicate: false, status: 'active', roles: ['admin'], seq: 1 });
      expect(done.epoch).toMatch(/^[0-9a-f]{16}$/);
      expect(await scene.head()).toEqual({
        epoch: done.epoch,
        seq: 1,
        past: [],
        oldestSeq: 1,
        isDeleted: false,
      });
    });

    test('`created` is in the log as it goes over the wire', async () => {
      await using scene = await begin(makeEngine);
      const [entry] = await scene.log();
      const { createdAtMs, head, groupType } = await scene.group();
      expect(entry?.wire.toString()).toBe(
        JSON.stringify({
          group_id: 'room:one',
          type: 'created',
          user_id: 'owner',
          epoch: head.epoch,
          seq: 1,
          timestamp: new Date(createdAtMs).toISOString(),
          roles: ['admin'],
          group_type: groupType,
        }),
      );
    });

    test('the group keeps its type and its settings', async () => {
      const settings = {
        maxMembers: 7,
        ephemeral: true,
        history: 'since_join',
        metadata: '{"a":[]}',
      } as const;
      await using scene = await begin(makeEngine, { groupType: 'strict_private', ...settings });
      expect(await scene.group()).toMatchObject({
        groupId: 'room:one',
        groupType: 'strict_private',
        ...settings,
      });
      expect(await scene.engine.groups.position(scene.groupId, null)).toMatchObject({
        groupType: 'strict_private',
        settings,
        member: null,
        isBanned: false,
      });
      const [created] = await scene.events();
      expect(created).toMatchObject({
        group_type: 'strict_private',
        settings: { max_members: 7, ephemeral: true, history: 'since_join', metadata: { a: [] } },
      });
    });

    test('a group that does not exist is null everywhere', async () => {
      await using scene = new Scene(await makeEngine(), 'nowhere');
      const { groups, log } = scene.engine;
      expect(await groups.group(scene.groupId)).toBeNull();
      expect(await groups.position(scene.groupId, null)).toBeNull();
      expect(await groups.members(scene.groupId, { cursor: null, limit: 10, status: null })).toBeNull();
      expect(await log.after(scene.groupId, 0, 10)).toBeNull();
      expect(await log.before(scene.groupId, 10, 10)).toBeNull();
    });

    test('of many creators at once one wins and the others are refused', async () => {
      await using scene = new Scene(await makeEngine(), 'contested');
      const creators = ['a', 'b', 'c', 'd', 'e'];
      const outcomes = await Promise.all(
        creators.map((actor) => scene.change(createCommand({ groupId: 'contested', actor }))),
      );
      expect(outcomes.map(verdict).sort()).toEqual([
        'already_exists',
        ...Array(3).fill('already_exists'),
        'done',
      ]);
      expect((await scene.log()).length).toBe(1);
    });

    test('groups of different names have nothing in common', async () => {
      await using scene = await begin(makeEngine, { groupId: 'one' });
      const other = await scene.do(createCommand({ groupId: 'two', actor: 'owner' }));
      await scene.do(joinCommand({ groupId: 'two', userId: 'guest' }));
      expect((await scene.group()).counts.active).toBe(1);
      expect((await scene.head())?.epoch).not.toBe(other.epoch);
    });
  });
}
