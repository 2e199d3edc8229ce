/** Promoting and demoting: roles change, and nothing else. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  banCommand,
  demoteCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
  promoteCommand,
  transferCommand,
  unmuteCommand,
  updateCommand,
} from '../../commands.ts';
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

  describe('a moderator', () => {
    const strict = { groupType: 'strict_private' } as const;
    const members = { guest: 'moderator', eve: 'active', pam: 'pending' } as const;

    test('is counted and entered in the log, and comes and goes by its own commands', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const promoted = await scene.do(promoteCommand({ ...onGuest, role: 'moderator' }));
      expect(promoted).toMatchObject({ status: 'active', roles: ['moderator'] });
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'promoted', roles: ['moderator'] });
      expect((await scene.group()).counts).toMatchObject({ admins: 1, moderators: 1 });
      const again = await scene.change(promoteCommand({ ...onGuest, role: 'moderator' }));
      expect(verdict(again)).toBe('cannot_promote');
      await scene.do(promoteCommand(onGuest));
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 2 });
      await scene.do(demoteCommand(onGuest));
      await scene.do(promoteCommand({ ...onGuest, role: 'moderator' }));
      await scene.do(demoteCommand(onGuest));
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
    });

    test('a muted moderator has no rights by its role, and keeps it', async () => {
      await using scene = await begin(makeEngine, { ...strict, users: members });
      const byGuest = (userId: string) => scene.change(kickCommand({ groupId, actor: 'guest', userId }));
      await scene.do(muteCommand(onGuest));
      expect(verdict(await byGuest('eve'))).toBe('not_moderator');
      await scene.do(unmuteCommand(onGuest));
      expect(verdict(await byGuest('eve'))).toBe('done');
    });

    test('is gone with its membership: the codes are those of a group without moderators again', async () => {
      await using scene = await begin(makeEngine, { ...strict, users: members });
      const byEve = () => scene.change(kickCommand({ groupId, actor: 'eve', userId: 'pam' }));
      expect(verdict(await byEve())).toBe('not_moderator');
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      expect(verdict(await byEve())).toBe('not_admin');
    });

    test('is free from slow mode, and may not post where only admins do', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'moderator' }, slowModeMs: 3_600_000 });
      expect([verdict(await scene.send('guest')), verdict(await scene.send('guest'))]).toEqual([
        'done',
        'done',
      ]);
      await scene.do(updateCommand({ groupId, actor: 'owner', posting: 'admins' }));
      expect(verdict(await scene.send('guest'))).toBe('posting_restricted');
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

  describe('a transfer', () => {
    const toGuest = transferCommand(onGuest);

    test('makes a member an admin and the former admin a member, in two entries without one between', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const before = [await scene.member('owner'), await scene.member('guest')];
      const done = await scene.do(toGuest);
      expect(done).toMatchObject({ status: 'active', roles: ['member'], seq: 4, isDuplicate: false });
      expect([await scene.member('owner'), await scene.member('guest')]).toEqual([
        { ...before[0], roles: ['member'] },
        { ...before[1], roles: ['admin'] },
      ]);
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
      const [promoted, demoted] = (await scene.events()).slice(-2);
      expect(promoted).toMatchObject({ type: 'promoted', user_id: 'guest', actor_id: 'owner', seq: 3 });
      expect(demoted).toMatchObject({ type: 'demoted', user_id: 'owner', roles: ['member'], seq: 4 });
      expect(demoted).not.toHaveProperty('actor_id');
      expect(await scene.change(toGuest)).toEqual({ ...done, isDuplicate: true });
      expect((await scene.head())?.seq).toBe(4);
    });

    test('leaves other admins as they are, and makes a moderator an admin at once', async () => {
      await using scene = await begin(makeEngine, { users: { second: 'admin', guest: 'moderator' } });
      await scene.do(transferCommand(onGuest));
      expect((await scene.group()).counts).toEqual({ active: 3, pending: 0, muted: 0, admins: 2 });
    });

    test('of one group to two users at once gives it to one', async () => {
      await using scene = await begin(makeEngine, { users: { u0: 'active', u1: 'active' } });
      let admin = 'owner';
      for (let turn = 0; turn < 100; turn += 1) {
        const users = ['owner', 'u0', 'u1'].filter((userId) => userId !== admin);
        const outcomes = await Promise.all(
          users.map((userId) => scene.change(transferCommand({ groupId, actor: admin, userId }))),
        );
        expect(outcomes.map(verdict).sort()).toEqual(['done', 'not_admin']);
        expect((await scene.group()).counts.admins).toBe(1);
        admin = users[outcomes.findIndex(({ type }) => type === 'done')] ?? '';
      }
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
