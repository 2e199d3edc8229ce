/** Bans, timed and untimed: what they end, what they keep out, and when they are over. */
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  createCommand,
  deleteCommand,
  joinCommand,
  muteCommand,
  promoteCommand,
  unbanCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const onGuest = { groupId, actor: 'owner', userId: 'guest' };
const forMs = 60_000;
const noBan = { isBanned: false, bannedUntilMs: null };

/** Short enough to be waited for. */
const banForAMoment = async (scene: Scene) => {
  await scene.do(banCommand({ ...onGuest, forMs: 200 }));
  await scene.advance(300);
};

export function banning(makeEngine: MakeEngine): void {
  describe('ban', () => {
    test('ends the membership, with a last entry for the member', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const done = await scene.do(banCommand({ ...onGuest, reason: 'sp"am' }));
      expect(done).toMatchObject({ status: 'none', roles: [], seq: 3, mutedUntilMs: null });
      expect(done.bannedUntilMs).toBeNull();
      const [entry] = (await scene.log()).slice(-1);
      expect(JSON.parse(entry?.wire.toString() ?? '')).toEqual({
        group_id: groupId,
        type: 'banned',
        user_id: 'guest',
        actor_id: 'owner',
        epoch: done.epoch,
        seq: 3,
        timestamp: expect.any(String),
        reason: 'sp"am',
      });
    });

    test.each(['active', 'muted', 'pending', 'admin', 'outsider'] as const)(
      'of one who is %s leaves no member to count or to list',
      async (standing) => {
        await using scene = await begin(makeEngine, {
          groupType: 'strict_private',
          users: { guest: standing },
        });
        await scene.do(banCommand(onGuest));
        expect((await scene.group()).counts).toEqual({ active: 1, pending: 0, muted: 0, admins: 1 });
        expect((await scene.members()).map(({ userId }) => userId)).toEqual(['owner']);
        const guest = userIdSchema.parse('guest');
        const page = await scene.engine.groups.memberships(guest, { cursor: null, limit: 10 });
        expect(page).toEqual({ rows: [], nextCursor: null });
        expect(await scene.member('guest')).toBeNull();
        expect(await scene.ban('guest')).toEqual({ isBanned: true, bannedUntilMs: null });
        expect(expectAppended(await scene.send('owner')).recipientsCount).toBe(1);
      },
    );

    test('keeps the user from joining, sending and being admitted', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'banned' } });
      const ensured = joinCommand({ groupId, userId: 'guest', ensure: true });
      const admitted = joinCommand({ groupId, userId: 'guest', actor: SERVICE, admit: true });
      expect(verdict(await scene.join('guest'))).toBe('banned');
      expect(verdict(await scene.change(ensured))).toBe('banned');
      expect(verdict(await scene.change(admitted))).toBe('banned');
      expect(await scene.send('guest')).toEqual({ type: 'refused', failure: { code: 'banned' } });
    });

    test('by the service names the service, and cannot take the last admin either', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      await scene.do(banCommand({ ...onGuest, actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'banned', actor_id: SERVICE });
      const last = banCommand({ groupId, actor: SERVICE, userId: 'owner' });
      expect(verdict(await scene.change(last))).toBe('last_admin');
    });

    test('takes a timed mute with it: nothing ends later', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      await scene.do(muteCommand({ ...onGuest, forMs: 200 }));
      await scene.do(banCommand(onGuest));
      const before = await scene.events();
      await scene.advance(300);
      await scene.send('owner');
      expect(await scene.events()).toEqual(before);
    });

    test('gives a full group a place', async () => {
      await using scene = await begin(makeEngine, { maxMembers: 2, users: { guest: 'active' } });
      await scene.do(banCommand(onGuest));
      expect(verdict(await scene.join('late'))).toBe('done');
    });

    test('goes with the group: a new one of the same id knows none', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'banned' } });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await scene.ban('guest')).toEqual(noBan);
      await scene.do(createCommand({ groupId, actor: 'successor' }));
      expect(await scene.ban('guest')).toEqual(noBan);
      expect(verdict(await scene.join('guest'))).toBe('done');
    });
  });

  describe('a timed ban', () => {
    test('says everywhere when it ends', async () => {
      await using scene = await begin(makeEngine);
      const { bannedUntilMs } = await scene.do(banCommand({ ...onGuest, forMs, reason: 'enough' }));
      const event = (await scene.events()).at(-1);
      const until = new Date(bannedUntilMs ?? Number.NaN).toISOString();
      expect(event).toMatchObject({ type: 'banned', user_id: 'guest', banned_until: until });
      expect(Object.keys(event ?? {}).slice(-3)).toEqual(['timestamp', 'reason', 'banned_until']);
      expect(Date.parse(until) - Date.parse(event?.timestamp ?? '')).toBe(forMs);
      expect(await scene.ban('guest')).toEqual({ isBanned: true, bannedUntilMs });
    });

    test('counts as none once its time has come', async () => {
      await using scene = await begin(makeEngine);
      await banForAMoment(scene);
      expect(await scene.ban('guest')).toEqual(noBan);
      expect(verdict(await scene.send('guest'))).toBe('not_a_member');
      expect(verdict(await scene.change(unbanCommand(onGuest)))).toBe('not_banned');
      expect(verdict(await scene.change(promoteCommand(onGuest)))).toBe('user_not_in_group');
      expect(verdict(await scene.join('guest'))).toBe('done');
      expect((await scene.events()).map(({ type }) => type)).toEqual(['created', 'banned', 'joined']);
    });

    test('that has ended keeps no applicant from being accepted', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await banForAMoment(scene);
      await scene.join('guest');
      await scene.do(acceptCommand(onGuest));
      expect((await scene.group()).counts).toEqual({ active: 2, pending: 0, muted: 0, admins: 1 });
      expect(verdict(await scene.send('guest'))).toBe('done');
    });

    test('is replaced by the next one, longer, shorter or without an end', async () => {
      await using scene = await begin(makeEngine);
      const untils: (number | null | undefined)[] = [];
      for (const time of [{ forMs }, { forMs: 2 * forMs }, {}, { forMs: 200 }]) {
        await scene.do(banCommand({ ...onGuest, ...time }));
        untils.push((await scene.ban('guest'))?.bannedUntilMs);
      }
      const [first, second, third] = untils;
      expect(second).toBeGreaterThan(first ?? Number.NaN);
      expect(third).toBeNull();
      expect((await scene.events()).map(({ type }) => type).slice(1)).toEqual(Array(4).fill('banned'));
      await scene.advance(300);
      expect(verdict(await scene.join('guest'))).toBe('done');
    });
  });

  describe('unban', () => {
    test('lets the user join again, as a stranger', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'admin' } });
      await scene.do(banCommand({ ...onGuest, forMs }));
      const done = await scene.do(unbanCommand({ ...onGuest, reason: 'sorry' }));
      expect(done).toMatchObject({ status: 'none', roles: [], bannedUntilMs: null, seq: 5 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'unbanned',
        user_id: 'guest',
        actor_id: 'owner',
        reason: 'sorry',
        seq: 5,
      });
      expect(await scene.ban('guest')).toEqual(noBan);
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ roles: ['member'] });
    });
  });
}
