/** Leaving, succession, and groups that end with their last active member. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { acceptCommand, leaveCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin } from '../../scene/scene.ts';

const groupId = 'room:one';

export function leaving(makeEngine: MakeEngine): void {
  describe('leave', () => {
    test.each(['pending', 'active', 'muted'] as const)('takes one who is %s out', async (standing) => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: standing },
      });
      const done = await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      expect(done).toMatchObject({ status: 'none', roles: [], mutedUntilMs: null });
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'left', user_id: 'guest', seq: done.seq });
    });

    test('on behalf of a user names the service', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(leaveCommand({ groupId, userId: 'guest', actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'left',
        user_id: 'guest',
        actor_id: SERVICE,
      });
    });
  });

  describe('when the last admin leaves', () => {
    test('the longest-standing active member becomes admin', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { waiting: 'pending', silent: 'muted', next: 'active', late: 'active' },
      });
      const done = await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect((await scene.events()).slice(-2)).toMatchObject([
        { type: 'left', user_id: 'owner', seq: done.seq },
        { type: 'promoted', user_id: 'next', actor_id: SERVICE, roles: ['admin'], seq: done.seq + 1 },
      ]);
      expect(await scene.member('next')).toMatchObject({ status: 'active', roles: ['admin'] });
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 1, muted: 1, admins: 1 });
    });

    test('the longest-standing member is the one whose last join is the oldest', async () => {
      await using scene = await begin(makeEngine, { users: { first: 'active', second: 'active' } });
      await scene.do(leaveCommand({ groupId, userId: 'first' }));
      await scene.join('first');
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect((await scene.member('second'))?.roles).toEqual(['admin']);
      expect((await scene.member('first'))?.roles).toEqual(['member']);
    });

    test('a member accepted after others comes after them, even with an earlier request', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'private',
        users: { patient: 'pending', quick: 'active', late: 'active' },
      });
      await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'patient' }));
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect((await scene.member('quick'))?.roles).toEqual(['admin']);
      expect((await scene.member('patient'))?.roles).toEqual(['member']);
    });

    test.each(['private', 'strict_private'] as const)(
      'and no member is active, a %s group ends',
      async (groupType) => {
        await using scene = await begin(makeEngine, { groupType, users: { waiting: 'pending' } });
        const done = await scene.do(leaveCommand({ groupId, userId: 'owner' }));
        expect(done).toMatchObject({ status: 'none', seq: 3 });
        expect((await scene.events()).slice(-2)).toMatchObject([
          { type: 'left', user_id: 'owner', seq: 3 },
          { type: 'deleted', user_id: SERVICE, seq: 4 },
        ]);
        expect((await scene.events()).at(-1)).not.toHaveProperty('actor_id');
        expect(await scene.engine.groups.group(scene.groupId)).toBeNull();
        expect(await scene.head()).toMatchObject({ seq: 4, isDeleted: true });
      },
    );

    test('and only muted members stay, a strict group ends', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { silent: 'muted' },
      });
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect(await scene.engine.groups.group(scene.groupId)).toBeNull();
    });

    test('and no member is active, a public group stays', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect((await scene.group()).counts).toEqual({ active: 0, pending: 0, muted: 0, admins: 0 });
    });
  });
}
