/** Pages of bans and of open invites: who, by whom, until when and why. */
import { PlenumError } from '@plenum/core';
import { groupIdSchema, SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  banCommand,
  declineInviteCommand,
  deleteCommand,
  inviteCommand,
  joinCommand,
  unbanCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const groupId = 'room:one';
const hourMs = 3_600_000;
const first = { cursor: null, limit: 50 };
const by = (userId: string, actor = 'owner') => ({ groupId, actor, userId });

/** The users of all pages of this size, each page after the one before. */
async function paged(scene: Scene, list: 'bans' | 'invites', limit: number): Promise<string[]> {
  const users: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Scene['engine']['groups']['bans' | 'invites']>> =
      await scene.engine.groups[list](scene.groupId, { cursor, limit });
    if (page === null) throw new Error('the group is gone');
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    users.push(...page.rows.map(({ userId }) => userId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return users;
}

export function listingOutsiders(makeEngine: MakeEngine): void {
  describe('a list of bans', () => {
    test('names who is banned, by whom, since and until when, and why', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(banCommand({ ...by('guest'), reason: 'spam "☃"\n', forMs: hourMs }));
      await scene.do(banCommand(by('stranger', SERVICE)));
      const page = await scene.engine.groups.bans(scene.groupId, first);
      expect(page).toEqual({
        rows: [
          {
            userId: 'guest',
            sinceMs: expect.any(Number),
            untilMs: expect.any(Number),
            bannedBy: 'owner',
            reason: 'spam "☃"\n',
          },
          { userId: 'stranger', sinceMs: expect.any(Number), untilMs: null, bannedBy: SERVICE, reason: null },
        ],
        nextCursor: null,
      });
      const [ban] = page?.rows ?? [];
      expect((ban?.untilMs ?? 0) - (ban?.sinceMs ?? 0)).toBe(hourMs);
      expect(ban?.untilMs).toBe((await scene.ban('guest'))?.bannedUntilMs);
    });

    test('has the latest ban of a user, and none that was taken back or has ended', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(banCommand({ ...by('ann'), reason: 'first' }));
      await scene.do(banCommand({ ...by('ann', SERVICE), forMs: hourMs }));
      await scene.do(banCommand({ ...by('bob'), reason: 'gone' }));
      await scene.do(unbanCommand(by('bob')));
      const page = await scene.engine.groups.bans(scene.groupId, first);
      expect(page?.rows).toMatchObject([{ userId: 'ann', bannedBy: SERVICE, reason: null }]);
      await scene.do(banCommand(by('bob')));
      expect((await scene.engine.groups.bans(scene.groupId, first))?.rows.at(-1)?.reason).toBeNull();
      await scene.do(banCommand({ ...by('cyd'), forMs: 50 }));
      await scene.advance(60);
      expect(await paged(scene, 'bans', 10)).toEqual(['ann', 'bob']);
    });

    test('has each ban once in pages of any size: by its end, then by its user', async () => {
      await using scene = await begin(makeEngine);
      const endless = ['B', 'Z-1', 'Z.1', 'Z1', '_', 'a', 'a:b', 'aa', 'b', '~'];
      for (const userId of endless.toReversed()) await scene.do(banCommand(by(userId)));
      await scene.do(banCommand({ ...by('late'), forMs: 2 * hourMs }));
      await scene.do(banCommand({ ...by('soon'), forMs: hourMs }));
      const all = ['soon', 'late', ...endless.toSorted()];
      for (const limit of [1, 2, 5, all.length, 50]) expect(await paged(scene, 'bans', limit)).toEqual(all);
    });

    test('continues behind a ban that ended between two pages', async () => {
      await using scene = await begin(makeEngine);
      for (const userId of ['a', 'b', 'c', 'd']) await scene.do(banCommand(by(userId)));
      const page = await scene.engine.groups.bans(scene.groupId, { cursor: null, limit: 2 });
      for (const userId of ['a', 'b']) await scene.do(unbanCommand(by(userId)));
      const next = { cursor: page?.nextCursor ?? null, limit: 2 };
      expect((await scene.engine.groups.bans(scene.groupId, next))?.rows).toMatchObject([
        { userId: 'c' },
        { userId: 'd' },
      ]);
    });
  });

  describe('a list of invites', () => {
    test('names who is invited, by whom and until when, in pages by the user', async () => {
      await using scene = await begin(makeEngine, { users: { ann: 'active' } });
      await scene.do(inviteCommand({ ...by('guest'), forMs: hourMs }));
      await scene.do(inviteCommand(by('Zoe', 'ann')));
      await scene.do(inviteCommand(by('bob', SERVICE)));
      expect(await scene.engine.groups.invites(scene.groupId, first)).toEqual({
        rows: [
          { userId: 'Zoe', invitedBy: 'ann', untilMs: null },
          { userId: 'bob', invitedBy: SERVICE, untilMs: null },
          { userId: 'guest', invitedBy: 'owner', untilMs: expect.any(Number) },
        ],
        nextCursor: null,
      });
      for (const limit of [1, 2, 3]) {
        expect(await paged(scene, 'invites', limit)).toEqual(['Zoe', 'bob', 'guest']);
      }
    });

    test('has no invite that was declined, used, or has ended', async () => {
      await using scene = await begin(makeEngine);
      for (const userId of ['a', 'b']) await scene.do(inviteCommand(by(userId)));
      await scene.do(inviteCommand({ ...by('c'), forMs: 50 }));
      await scene.do(declineInviteCommand({ groupId, userId: 'a' }));
      await scene.do(joinCommand({ groupId, userId: 'b' }));
      await scene.advance(60);
      expect(await paged(scene, 'invites', 10)).toEqual([]);
    });
  });

  describe('both lists', () => {
    const badCursors = ['..', 'b1', 'binf/', 'b1/a b', 'b-1/a', 'a b', '/'];
    test('refuse a cursor that they did not return', async () => {
      await using scene = await begin(makeEngine);
      for (const cursor of badCursors) {
        await expect(scene.engine.groups.bans(scene.groupId, { cursor, limit: 2 })).rejects.toThrow(
          PlenumError,
        );
      }
      const ofInvites = scene.engine.groups.invites(scene.groupId, { cursor: 'a/b', limit: 2 });
      await expect(ofInvites).rejects.toThrow(PlenumError);
    });

    test('are null where there is no group, and empty in a new one of the same id', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(banCommand(by('ann')));
      await scene.do(inviteCommand(by('bob')));
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await scene.engine.groups.bans(scene.groupId, first)).toBeNull();
      expect(await scene.engine.groups.invites(scene.groupId, first)).toBeNull();
      expect(await scene.engine.groups.bans(groupIdSchema.parse('never'), first)).toBeNull();
    });
  });

  describe('an addition by the service against a ban', () => {
    test('is before the ban or refused by it: a banned user is in no member list', async () => {
      await using scene = await begin(makeEngine);
      const count = 60;
      const codes = new Set<string>();
      for (let turn = 0; turn < count; turn += 1) {
        const userId = `u${turn}`;
        const add = () => scene.changeMembers({ add: [userId, `other${turn}`] });
        // An addition writes the index of its users first: a ban that waits for some reads comes before it or after it.
        const ban = async (reads: number) => {
          for (let read = 0; read < reads; read += 1) await scene.head();
          return scene.change(banCommand(by(userId)));
        };
        const [banned, added] =
          turn % 2 === 0
            ? await Promise.all([ban(0), add()])
            : (await Promise.all([add(), ban(turn % 5)])).toReversed();
        if (added?.type !== 'members_changed' || banned?.type !== 'done') throw new Error('not added');
        const [one, other] = added.added;
        codes.add(one?.type === 'refused' ? one.failure.code : 'done');
        expect(other?.type).toBe('done');
        expect(await scene.member(userId)).toBeNull();
        expect((await scene.ban(userId))?.isBanned).toBe(true);
      }
      expect([...codes].sort()).toEqual(['banned', 'done']);
      expect((await scene.group()).counts).toEqual({ active: count + 1, pending: 0, muted: 0, admins: 1 });
      expect(await paged(scene, 'bans', 50)).toHaveLength(count);
    });
  });
}
