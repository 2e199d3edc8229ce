/** What several users are in a group, in one read; and the groups of a user without a look at each of them. */
import { type Standing, strangerStanding } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, leaveCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const users = { admin: 'admin', guest: 'active', mute: 'muted', asking: 'pending', out: 'banned' } as const;
const everyone = ['owner', ...Object.keys(users), 'stranger'].map((name) => userIdSchema.parse(name));

const crowd = (makeEngine: MakeEngine) => begin(makeEngine, { groupType: 'strict_private', users });

async function alone(scene: Scene, userId: string): Promise<Standing> {
  const ban = await scene.ban(userId);
  return { ...strangerStanding, ...ban, member: await scene.member(userId) };
}

export function standings(makeEngine: MakeEngine): void {
  describe('standings', () => {
    test.each([
      ['all members of a small group', 128, true],
      ['only the users that are asked for of a larger one', 3, false],
    ])('show %s, each as its own read does', async (_, wholeMax, isWhole) => {
      await using scene = await crowd(makeEngine);
      const wanted = { userIds: isWhole ? [] : everyone.slice(1), wholeMax };
      const found = await scene.engine.groups.standings(scene.groupId, wanted);
      expect(found).toMatchObject({ isWhole, head: await scene.head() });
      const members = ['owner', 'admin', 'guest', 'mute', 'asking'];
      for (const name of isWhole ? members : everyone.slice(1)) {
        expect(found?.of(userIdSchema.parse(name)), name).toEqual(await alone(scene, name));
      }
      expect(found?.of(userIdSchema.parse('stranger'))).toEqual(strangerStanding);
      if (!isWhole) expect(found?.of(userIdSchema.parse('owner'))).toEqual(strangerStanding);
    });

    test('of an ended group have its head and no member; of no group there are none', async () => {
      await using scene = await crowd(makeEngine);
      const { groups } = scene.engine;
      await scene.do(deleteCommand({ groupId: scene.groupId, actor: 'owner' }));
      const found = await groups.standings(scene.groupId, { userIds: everyone, wholeMax: 128 });
      expect(found).toMatchObject({ head: { isDeleted: true } });
      for (const userId of everyone) expect(found?.of(userId).member).toBeNull();
      const none = groupIdSchema.parse('room:none');
      expect(await groups.standings(none, { userIds: everyone, wholeMax: 128 })).toBeNull();
    });

    test('the ids of the groups of a user leave out none that it is in, page by page', async () => {
      await using scene = await crowd(makeEngine);
      for (const groupId of ['room:a', 'room:b', 'room:c', 'room:d']) {
        await scene.do(createCommand({ groupId, actor: 'guest' }));
      }
      await scene.do(leaveCommand({ groupId: 'room:b', userId: 'guest' })).catch(() => undefined);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await scene.engine.groups.groupIdsOf(userIdSchema.parse('guest'), { cursor, limit: 2 });
        expect(page.rows.length).toBeLessThanOrEqual(2);
        seen.push(...page.rows);
        cursor = page.nextCursor;
      } while (cursor !== null && seen.length < 20);
      expect(seen).toEqual([...seen].sort());
      expect(seen).toEqual(expect.arrayContaining(['room:a', 'room:c', 'room:d', 'room:one']));
      const forged = scene.engine.groups.groupIdsOf(userIdSchema.parse('guest'), { cursor: '{}', limit: 2 });
      await expect(forged).rejects.toMatchObject({ failure: { code: 'invalid_args' } });
    });
  });
}
