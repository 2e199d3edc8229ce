/** Pages of all groups, for operators. */
import type { PlenumError } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, leaveCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { Scene } from '../../scene/scene.ts';

/** Ids in many partitions. Some hold characters that are special in a glob or a range, so a prefix must be plain text. */
const groupIds = ['room', 'room:', 'room:a', 'room:b', 'room:~', 'rooms', 'Room:a', 'roo', 'a', '~', '...'];
const ascending = [...groupIds].sort();
const inRooms = ascending.filter((id) => id.startsWith('room:'));

async function manyGroups(makeEngine: MakeEngine): Promise<Scene> {
  const scene = new Scene(await makeEngine(), 'nowhere');
  await Promise.all(groupIds.map((groupId) => scene.do(createCommand({ groupId, actor: 'owner' }))));
  return scene;
}

/** Follows the cursors to the end; ends after one page per group if a cursor does not move. */
async function listed(scene: Scene, prefix: string, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof scene.engine.groups.list>> = await scene.engine.groups.list({
      prefix,
      cursor,
      limit,
    });
    pages.push([...page.rows]);
    cursor = page.nextCursor;
  } while (cursor !== null && pages.length <= groupIds.length);
  return pages;
}

export function listing(makeEngine: MakeEngine): void {
  describe('pages of groups', () => {
    test.each([1, 2, 3, 10, 11, 200])('of %i list all groups ascending by id', async (limit) => {
      await using scene = await manyGroups(makeEngine);
      const pages = await listed(scene, '', limit);
      expect(pages.flat()).toEqual(ascending);
      expect(pages).toHaveLength(Math.ceil(ascending.length / limit));
    });

    test.each([1, 2, 3, 4, 200])('of %i list those whose id begins with the prefix', async (limit) => {
      await using scene = await manyGroups(makeEngine);
      const pages = await listed(scene, 'room:', limit);
      expect(pages.flat()).toEqual(inRooms);
      expect(pages).toHaveLength(Math.ceil(inRooms.length / limit));
    });

    test.each(['*', 'room?', '[r]oom', 'x', 'room:a ', '\u0000', '☃', 'room:aa'])(
      'of the prefix %j are one empty page',
      async (prefix) => {
        await using scene = await manyGroups(makeEngine);
        expect(await listed(scene, prefix, 2)).toEqual([[]]);
      },
    );

    test('begin behind the cursor, whether or not a group of that id exists', async () => {
      await using scene = await manyGroups(makeEngine);
      const { groups } = scene.engine;
      const behind = async (cursor: string) =>
        (await groups.list({ prefix: 'room:', cursor, limit: 10 })).rows;
      expect(await behind('room:a')).toEqual(inRooms.slice(2));
      expect(await behind('room:aa')).toEqual(inRooms.slice(2));
      expect(await behind('a')).toEqual(inRooms);
      expect(await behind('rooms')).toEqual([]);
    });

    test('leave out groups that are gone, and know those that were created again', async () => {
      await using scene = await manyGroups(makeEngine);
      for (const groupId of ['room:a', 'room:b']) {
        await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      }
      await scene.do(createCommand({ groupId: 'room:b', actor: 'successor', groupType: 'private' }));
      expect(await listed(scene, 'room:', 10)).toEqual([['room:', 'room:b', 'room:~']]);
      await scene.do(leaveCommand({ groupId: 'room:b', userId: 'successor' }));
      expect(await listed(scene, 'room:', 10)).toEqual([['room:', 'room:~']]);
    });

    test.each(['', 'no id', '"', '..', 'x'.repeat(129)])('refuse the cursor %j', async (cursor) => {
      await using scene = await manyGroups(makeEngine);
      const failure = await scene.engine.groups.list({ prefix: '', cursor, limit: 2 }).then(
        () => null,
        (thrown: PlenumError) => thrown.failure,
      );
      expect(failure?.code).toBe('invalid_args');
    });
  });
}
