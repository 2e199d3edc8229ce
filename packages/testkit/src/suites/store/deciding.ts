/** Accepting and rejecting applicants. */
import { isoTime } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { acceptCommand, kickCommand, rejectCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';

export function deciding(makeEngine: MakeEngine): void {
  describe('accept', () => {
    test('makes a receiver from this entry on', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      await scene.send('owner');
      const done = await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(done).toMatchObject({ status: 'active', roles: ['member'], seq: 4 });
      expect(await scene.member('guest')).toMatchObject({ status: 'active', sinceSeq: 4 });
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
    });

    test('is when the applicant joined', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      await scene.advance(5);
      await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'guest' }));
      const accepted = (await scene.events()).at(-1);
      expect(isoTime((await scene.member('guest'))?.joinedAtMs ?? 0)).toBe(accepted?.timestamp);
    });

    test('names who decided, and the reason if there is one', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'wel"come\n☃' }));
      const accepted = (await scene.events()).at(-1);
      expect(accepted).toMatchObject({
        type: 'accepted',
        user_id: 'guest',
        actor_id: 'owner',
        reason: 'wel"come\n☃',
      });
    });

    test('by an ordinary member is enough in a private group', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'private',
        users: { friend: 'active', guest: 'pending' },
      });
      const accepted = await scene.change(acceptCommand({ groupId, actor: 'friend', userId: 'guest' }));
      expect(verdict(accepted)).toBe('done');
    });

    test('by the service names the service', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      await scene.do(acceptCommand({ groupId, actor: SERVICE, userId: 'guest' }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'accepted', actor_id: SERVICE });
    });

    test('by an applicant of itself is refused', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      const own = await scene.change(acceptCommand({ groupId, actor: 'guest', userId: 'guest' }));
      expect(verdict(own)).toBe('not_admin');
    });
  });

  describe('reject', () => {
    test('ends the application and gives the reason', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      const done = await scene.do(rejectCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'no' }));
      expect(done).toMatchObject({ status: 'none', roles: [], seq: 3, mutedUntilMs: null });
      expect(await scene.member('guest')).toBeNull();
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'rejected',
        user_id: 'guest',
        actor_id: 'owner',
        reason: 'no',
      });
    });

    test('lets the applicant ask again', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      await scene.do(rejectCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(await scene.join('guest'))).toBe('done');
    });

    test('asks for no free place', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'private',
        maxMembers: 2,
        users: { guest: 'pending', friend: 'active' },
      });
      const rejected = await scene.change(rejectCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(rejected)).toBe('done');
    });
  });

  describe('kick', () => {
    test('removes the member, who counts as a receiver no more', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const done = await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'spam' }));
      expect(done).toMatchObject({ status: 'none', roles: [], seq: 3 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'kicked',
        user_id: 'guest',
        actor_id: 'owner',
        reason: 'spam',
      });
      expect(expectAppended(await scene.send('owner')).recipientsCount).toBe(1);
      expect(verdict(await scene.send('guest'))).toBe('not_a_member');
    });

    test('does not keep a user from joining again', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(await scene.join('guest'))).toBe('done');
      expect((await scene.member('guest'))?.sinceSeq).toBe(4);
    });
  });
}
