/** Promoting and demoting: roles change, and nothing else. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { banCommand, demoteCommand, kickCommand, leaveCommand, promoteCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const onGuest = { groupId, actor: 'owner', userId: 'guest' };

export function changingRoles(makeEngine: MakeEngine): void {
  describe('promote', () => {
    test('makes a member an admin without another change of the record', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const before = await scene.member('guest');
      const done = await scene.do(promoteCommand(onGuest));
      expect(done).toMatchObject({ status: 'active', roles: ['admin'], seq: 3, bannedUntilMs: null });
      expect(await scene.member('guest')).toEqual({ ...before, roles: ['admin'] });
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 2 });
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['owner', 'guest']);
    });

    test('is in the log with the new roles', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(promoteCommand({ ...onGuest, actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'promoted',
        user_id: 'guest',
        actor_id: SERVICE,
        roles: ['admin'],
      });
    });

    test('gives the right to decide, over the one who promoted too', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'admin', waiting: 'pending' },
      });
      const kicked = await scene.change(kickCommand({ groupId, actor: 'guest', userId: 'owner' }));
      expect(verdict(kicked)).toBe('done');
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 1, muted: 0, admins: 1 });
    });
  });

  describe('demote', () => {
    test('makes an ordinary member of an admin, who stays active', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      const before = await scene.member('guest');
      const done = await scene.do(demoteCommand(onGuest));
      expect(done).toMatchObject({ status: 'active', roles: ['member'], seq: 4 });
      expect(await scene.member('guest')).toEqual({ ...before, roles: ['member'] });
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'demoted',
        user_id: 'guest',
        actor_id: 'owner',
        roles: ['member'],
      });
    });

    test('of oneself is possible while there is another admin', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      await scene.do(demoteCommand({ groupId, actor: 'owner', userId: 'owner' }));
      expect((await scene.events()).at(-1)).not.toHaveProperty('actor_id');
      const last = demoteCommand({ groupId, actor: 'guest', userId: 'guest' });
      expect(verdict(await scene.change(last))).toBe('last_admin');
    });

    test('of two admins by each other at once leaves one', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      const outcomes = await Promise.all([
        scene.change(demoteCommand(onGuest)),
        scene.change(demoteCommand({ groupId, actor: 'guest', userId: 'owner' })),
      ]);
      expect(outcomes.map(verdict).sort()).toEqual(['done', 'not_admin']);
      expect((await scene.group()).counts.admins).toBe(1);
    });
  });

  describe('the last admin', () => {
    test('is the one who is left of several', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      await scene.do(kickCommand({ groupId, actor: 'guest', userId: 'owner' }));
      const commands = [kickCommand, banCommand, demoteCommand].map((build) =>
        build({ groupId, actor: SERVICE, userId: 'guest' }),
      );
      for (const command of commands) expect(verdict(await scene.change(command))).toBe('last_admin');
    });

    test('who leaves other admins behind needs no successor', async () => {
      await using scene = await begin(makeEngine, { users: { first: 'active', guest: 'admin' } });
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'left' });
      expect((await scene.member('first'))?.roles).toEqual(['member']);
    });
  });
}
