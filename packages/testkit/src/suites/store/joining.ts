/** Joining, applying, asking again, being admitted. */
import { limits, SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
  rejectCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

export function joining(makeEngine: MakeEngine): void {
  describe('join', () => {
    test('of a public group makes an active member', async () => {
      await using scene = await begin(makeEngine);
      const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest' }));
      expect(done).toMatchObject({ status: 'active', roles: ['member'], seq: 2, mutedUntilMs: null });
      expect(await scene.member('guest')).toMatchObject({ status: 'active', roles: ['member'], sinceSeq: 2 });
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
    });

    test('of a public group is an event without an actor or roles', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const [, joined] = await scene.events();
      expect(Object.keys(joined ?? {})).toEqual(['group_id', 'type', 'user_id', 'epoch', 'seq', 'timestamp']);
      expect(joined).toMatchObject({ type: 'joined', user_id: 'guest', seq: 2 });
    });

    test.each(['private', 'strict_private'] as const)(
      'of a %s group makes an applicant',
      async (groupType) => {
        await using scene = await begin(makeEngine, { groupType });
        const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest' }));
        expect(done).toMatchObject({ status: 'pending', roles: ['member'], seq: 2 });
        expect((await scene.group()).counts).toEqual({ active: 1, pending: 1, muted: 0, admins: 1 });
        expect((await scene.events()).at(-1)).toMatchObject({ type: 'requested', user_id: 'guest', seq: 2 });
      },
    );

    test('of an empty public group makes the joiner its admin', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(leaveCommand({ groupId: 'room:one', userId: 'owner' }));
      const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'successor' }));
      expect(done).toMatchObject({ status: 'active', roles: ['admin'], seq: 3 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'joined',
        user_id: 'successor',
        roles: ['admin'],
      });
    });

    test('with `ensure` makes a stranger a member', async () => {
      await using scene = await begin(makeEngine);
      const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest', ensure: true }));
      expect(done).toMatchObject({ status: 'active', seq: 2 });
    });

    test.each(['active', 'pending', 'muted'] as const)(
      'with `ensure` leaves a member who is %s unchanged and writes nothing',
      async (standing) => {
        await using scene = await begin(makeEngine, {
          groupType: 'strict_private',
          users: { guest: standing },
        });
        const before = await scene.everything();
        const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest', ensure: true }));
        expect(done).toMatchObject({ status: standing, roles: ['member'], seq: (await scene.head())?.seq });
        expect(await scene.everything()).toEqual(before);
      },
    );

    test('admitted by the service is active at once in every type', async () => {
      await using scene = await begin(makeEngine, { groupType: 'strict_private' });
      const done = await scene.do(
        joinCommand({ groupId: 'room:one', userId: 'guest', actor: SERVICE, admit: true }),
      );
      expect(done).toMatchObject({ status: 'active', roles: ['member'], seq: 2 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'joined',
        user_id: 'guest',
        actor_id: SERVICE,
      });
    });
  });

  describe('the note of an applicant', () => {
    const note = 'let "me" in\n☃';
    const noteOf = async (scene: Scene) =>
      (await scene.members()).find(({ userId }) => userId === 'guest')?.note;

    test('is in the entry and in the list of members, the last one of a user', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { friend: 'pending' } });
      const asking = { groupId: 'room:one', userId: 'guest' };
      await scene.do(joinCommand({ ...asking, note }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'requested', user_id: 'guest', note });
      expect((await scene.members()).map((row) => row.note)).toEqual([null, null, note]);
      await scene.do(leaveCommand(asking));
      await scene.do(joinCommand(asking));
      expect((await scene.events()).at(-1)).not.toHaveProperty('note');
      expect(await noteOf(scene)).toBeNull();
    });

    test.each([
      ['an acceptance', acceptCommand],
      ['a rejection', rejectCommand],
      ['a kick', kickCommand],
      ['a ban', banCommand],
    ])('ends with the request: %s forgets it', async (_, end) => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest', note }));
      await scene.do(end({ groupId: 'room:one', actor: 'owner', userId: 'guest' }));
      expect((await noteOf(scene)) ?? null).toBeNull();
    });

    test('of a join that makes a member at once is not kept', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest', note }));
      expect((await scene.events()).at(-1)).not.toHaveProperty('note');
      expect(await noteOf(scene)).toBeNull();
    });
  });

  describe('a muted member who joins again', () => {
    test('becomes an applicant and stops receiving', async () => {
      await using scene = await begin(makeEngine, { groupType: 'strict_private', users: { guest: 'muted' } });
      const done = await scene.do(joinCommand({ groupId: 'room:one', userId: 'guest' }));
      expect(done).toMatchObject({ status: 'pending', roles: ['member'], mutedUntilMs: null });
      expect(await scene.member('guest')).toMatchObject({ status: 'pending', sinceSeq: done.seq });
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 1, muted: 0, admins: 1 });
      expect(verdict(await scene.send('guest'))).toBe('pending_membership');
    });

    test('is no longer muted after the acceptance', async () => {
      await using scene = await begin(makeEngine, { groupType: 'strict_private', users: { guest: 'muted' } });
      await scene.join('guest');
      await scene.do(acceptCommand({ groupId: 'room:one', actor: 'owner', userId: 'guest' }));
      expect(verdict(await scene.send('guest'))).toBe('done');
    });

    test('ends the timed mute: nothing ends later', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      await scene.do(muteCommand({ groupId: 'room:one', actor: 'owner', userId: 'guest', forMs: 3000 }));
      await scene.join('guest');
      const before = await scene.events();
      await scene.advance(3100);
      await scene.send('owner');
      expect(await scene.events()).toEqual(before);
      expect((await scene.member('guest'))?.status).toBe('pending');
    });
  });

  describe('a full group', () => {
    test('refuses joiners, and its muted members take a place', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        maxMembers: 2,
        users: { guest: 'muted' },
      });
      expect(verdict(await scene.join('late'))).toBe('group_full');
    });

    test('refuses admission by the service', async () => {
      await using scene = await begin(makeEngine, { maxMembers: 1 });
      const command = joinCommand({ groupId: 'room:one', userId: 'late', actor: SERVICE, admit: true });
      expect(verdict(await scene.change(command))).toBe('group_full');
    });

    test('does not count applicants, but refuses to accept one too many', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'private',
        maxMembers: 2,
        users: { first: 'pending', second: 'pending' },
      });
      await scene.do(acceptCommand({ groupId: 'room:one', actor: 'owner', userId: 'first' }));
      const second = acceptCommand({ groupId: 'room:one', actor: 'owner', userId: 'second' });
      expect(verdict(await scene.change(second))).toBe('group_full');
    });

    test('lets its muted member ask again', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        maxMembers: 2,
        users: { guest: 'muted' },
      });
      expect(verdict(await scene.join('guest'))).toBe('done');
    });

    test('says so only after `already_member`', async () => {
      await using scene = await begin(makeEngine, { maxMembers: 1 });
      expect(verdict(await scene.join('owner'))).toBe('already_member');
    });

    test(`of applicants is one where ${limits.pendingMax} wait`, async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      // All but the last come in batches, which are fewer scripts.
      const applicants = Array.from({ length: limits.pendingMax - 1 }, (_, n) => ({
        ...{ userId: `applicant-${n}`, status: 'pending' as const },
      }));
      for (let at = 0; at < applicants.length; at += limits.membersPerEntry) {
        await scene.changeMembers({ add: applicants.slice(at, at + limits.membersPerEntry) });
      }
      expect(verdict(await scene.join('last'))).toBe('done');
      expect(verdict(await scene.join('late'))).toBe('group_full');
      expect((await scene.group()).counts.pending).toBe(limits.pendingMax);
    });
  });
}
