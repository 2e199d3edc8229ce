/** Invites of users: who may invite, what an invite lets its user do, and how it ends. */
import { defaultEngineSettings } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  createCommand,
  declineInviteCommand,
  deleteCommand,
  demoteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  promoteCommand,
  revokeInviteCommand,
  unbanCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const toGuest = { groupId, actor: 'owner', userId: 'guest' };
const guest = userIdSchema.parse('guest');
const joined = async (scene: Scene, userId = 'guest') => {
  const outcome = await scene.join(userId);
  return outcome.type === 'done' ? outcome.status : outcome.failure.code;
};
const lists = async (scene: Scene) =>
  (await scene.engine.groups.memberships(guest, { cursor: null, limit: 10 })).rows;

export function inviting(makeEngine: MakeEngine): void {
  describe('an invite', () => {
    test('makes no member: the user receives nothing and lists the group as invited', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      const done = await scene.do(inviteCommand({ ...toGuest, forMs: 60_000 }));
      expect(done).toMatchObject({ status: 'none', roles: [], seq: 2, bannedUntilMs: null });
      const until = new Date(done.invitedUntilMs ?? Number.NaN).toISOString();
      const [, invited] = await scene.events();
      expect(invited).toMatchObject({
        type: 'invited',
        user_id: 'guest',
        actor_id: 'owner',
        invited_until: until,
      });
      expect(await scene.member('guest')).toBeNull();
      expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
      expect(expectAppended(await scene.send('owner')).recipientsCount).toBe(1);
      expect(verdict(await scene.send('guest'))).toBe('not_a_member');
      expect(await lists(scene)).toMatchObject([
        { groupId, member: null, invite: { invitedBy: 'owner', untilMs: done.invitedUntilMs } },
      ]);
    });

    test.each(['public', 'private', 'strict_private'] as const)(
      'to a %s group lets its user in at once, and is used up',
      async (groupType) => {
        await using scene = await begin(makeEngine, { groupType });
        await scene.do(inviteCommand(toGuest));
        expect(await scene.do(joinCommand({ groupId, userId: 'guest', note: 'hi' }))).toMatchObject({
          status: 'active',
          roles: ['member'],
          seq: 3,
        });
        expect((await scene.events()).at(-1)).toMatchObject({ type: 'joined', user_id: 'guest' });
        await scene.do(kickCommand(toGuest));
        expect(await scene.invite('guest')).toBeNull();
        expect(await joined(scene)).toBe(groupType === 'public' ? 'active' : 'pending');
      },
    );

    test('by the service lets its user in', async () => {
      await using scene = await begin(makeEngine, { groupType: 'strict_private' });
      await scene.do(inviteCommand({ ...toGuest, actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'invited', actor_id: SERVICE });
      expect(await joined(scene)).toBe('active');
    });

    test('of an inviter who may no longer accept makes an applicant, and is used up', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { friend: 'admin' },
      });
      await scene.do(inviteCommand({ ...toGuest, actor: 'friend' }));
      await scene.do(demoteCommand({ groupId, actor: 'owner', userId: 'friend' }));
      expect(await joined(scene)).toBe('pending');
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.do(promoteCommand({ groupId, actor: 'owner', userId: 'friend' }));
      expect(await joined(scene)).toBe('pending');
    });

    test('of an inviter who has left makes an applicant; the next one replaces it', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { friend: 'active' } });
      const byFriend = { ...toGuest, actor: 'friend' };
      await scene.do(inviteCommand(byFriend));
      await scene.do(inviteCommand({ ...byFriend, userId: 'second' }));
      await scene.do(leaveCommand({ groupId, userId: 'friend' }));
      await scene.do(inviteCommand(toGuest));
      expect(await scene.invite('guest')).toEqual({ invitedBy: 'owner', untilMs: null });
      expect(await joined(scene)).toBe('active');
      expect(await joined(scene, 'second')).toBe('pending');
    });

    test('takes a place only when its user joins: a full group refuses it and keeps the invite', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', maxMembers: 2 });
      await scene.do(inviteCommand(toGuest));
      await scene.do(inviteCommand({ ...toGuest, userId: 'second' }));
      expect(await joined(scene)).toBe('active');
      expect(await joined(scene, 'second')).toBe('group_full');
      await scene.do(kickCommand(toGuest));
      expect(await joined(scene, 'second')).toBe('active');
    });

    test('is not counted as a request of its user', async () => {
      const engineSettings = { requestsPerUserMax: 1 };
      await using scene = await begin(makeEngine, { groupType: 'private', engineSettings });
      await scene.do(createCommand({ groupId: 'room:two', actor: 'owner', groupType: 'private' }));
      await scene.do(joinCommand({ groupId: 'room:two', userId: 'guest' }));
      expect(await joined(scene)).toBe('limit_reached');
      await scene.do(inviteCommand(toGuest));
      expect(await joined(scene)).toBe('active');
    });

    test('ends when it is declined, revoked, or its user is admitted or banned', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      const ends = [
        () => declineInviteCommand({ groupId, userId: 'guest' }),
        () => revokeInviteCommand(toGuest),
        () => joinCommand({ groupId, userId: 'guest', actor: SERVICE, admit: true }),
        () => banCommand(toGuest),
      ];
      for (const end of ends) {
        await scene.do(inviteCommand(toGuest));
        await scene.do(end());
        expect(await scene.invite('guest')).toBeNull();
        if (await scene.member('guest')) await scene.do(kickCommand(toGuest));
        else expect(await lists(scene)).toEqual([]);
      }
      expect((await scene.events()).map(({ type }) => type).slice(1, 5)).toEqual([
        'invited',
        'invite_declined',
        'invited',
        'invite_revoked',
      ]);
      expect(await joined(scene)).toBe('banned');
      expect(verdict(await scene.change(inviteCommand(toGuest)))).toBe('banned');
      await scene.do(unbanCommand(toGuest));
      expect(await joined(scene)).toBe('pending');
    });

    test('that has ended by itself counts as none', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(inviteCommand({ ...toGuest, forMs: 200 }));
      await scene.advance(300);
      expect(await scene.invite('guest')).toBeNull();
      expect(await lists(scene)).toEqual([]);
      expect(verdict(await scene.change(declineInviteCommand({ groupId, userId: 'guest' })))).toBe(
        'invite_not_found',
      );
      expect(verdict(await scene.change(revokeInviteCommand(toGuest)))).toBe('invite_not_found');
      expect(await joined(scene)).toBe('pending');
      await scene.do(acceptCommand(toGuest));
    });

    test('goes with the group: a new one of the same id knows none', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(inviteCommand(toGuest));
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await lists(scene)).toEqual([]);
      await scene.do(createCommand({ groupId, actor: 'successor', groupType: 'private' }));
      expect(await joined(scene)).toBe('pending');
    });

    test('is one of a few that may be open: ended ones make room, a second of a user needs none', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { invitesPerGroupMax: 3 } });
      const invite = (userId: string, time: { readonly forMs?: number } = {}) =>
        scene.change(inviteCommand({ groupId, actor: 'owner', userId, ...time }));
      for (const userId of ['one', 'two']) await invite(userId);
      await invite('three', { forMs: 200 });
      expect(await invite('guest')).toMatchObject({
        failure: { code: 'too_many_invites', details: { field: 'user_id', limit: 3 } },
      });
      expect(verdict(await invite('one'))).toBe('done');
      await scene.advance(300);
      expect(verdict(await invite('guest'))).toBe('done');
      expect(verdict(await invite('one-more'))).toBe('too_many_invites');
      await scene.do(declineInviteCommand({ groupId, userId: 'one' }));
      expect(verdict(await invite('one-more'))).toBe('done');
    });

    test('of a group: a thousand may be open by default', () => {
      expect(defaultEngineSettings.invitesPerGroupMax).toBe(1000);
    });

    test('against a ban at the same time: the ban wins, in either order', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { friend: 'active' } });
      const users = Array.from({ length: 100 }, (_, n) => `user-${n}`);
      await Promise.all(
        users.flatMap((userId) => [
          scene.change(inviteCommand({ groupId, actor: 'friend', userId })),
          scene.change(banCommand({ groupId, actor: 'owner', userId })),
          scene.join(userId),
        ]),
      );
      for (const userId of users) {
        expect(await scene.invite(userId)).toBeNull();
        expect(await joined(scene, userId)).toBe('banned');
      }
    });
  });
}
