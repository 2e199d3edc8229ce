/** Pages of members and of memberships. */
import type { MemberRow, Membership, Page, PlenumError } from '@plenum/core';
import { type MemberStatus, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  createCommand,
  deleteCommand,
  joinCommand,
  leaveCommand,
  muteCommand,
  promoteCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, Scene } from '../../scene/scene.ts';

const groupId = 'room:one';

/** Follows the cursors to the end; at most 50 pages, so that a cursor that does not move fails. */
async function follow<T>(
  read: (cursor: string | null) => Promise<Page<T> | null>,
): Promise<readonly Page<T>[]> {
  const pages: Page<T>[] = [];
  for (let cursor: string | null = null; pages.length < 50; ) {
    const page = await read(cursor);
    if (page === null) throw new Error('there is no such group');
    pages.push(page);
    if (page.nextCursor === null) return pages;
    cursor = page.nextCursor;
  }
  throw new Error('the pages do not end');
}

const memberPages = (scene: Scene, limit: number, status: MemberStatus | null = null) =>
  follow<MemberRow>((cursor) => scene.engine.groups.members(scene.groupId, { cursor, limit, status }));
const membershipPages = (scene: Scene, userId: string, limit: number) =>
  follow<Membership>((cursor) =>
    scene.engine.groups.memberships(userIdSchema.parse(userId), { cursor, limit }),
  );
const idsOf = (pages: readonly Page<MemberRow>[]) =>
  pages.flatMap(({ rows }) => rows.map((row) => row.userId));
const groupsOf = (pages: readonly Page<Membership>[]) =>
  pages.flatMap(({ rows }) => rows.map((row): string => row.groupId));

/** `e` applied before `c` and `d` but was accepted after them: its place is before theirs. */
async function crowd(makeEngine: MakeEngine): Promise<Scene> {
  const scene = await begin(makeEngine, {
    groupType: 'strict_private',
    users: { e: 'pending', c: 'active', d: 'muted', w2: 'pending', w1: 'pending', f: 'active' },
  });
  await scene.do(acceptCommand({ groupId, actor: 'owner', userId: 'e' }));
  return scene;
}

export function paging(makeEngine: MakeEngine): void {
  describe('pages of members', () => {
    test.each([1, 2, 3, 4, 5, 7, 200])(
      'of %i list receivers and applicants in the order in which they came',
      async (limit) => {
        await using scene = await crowd(makeEngine);
        const pages = await memberPages(scene, limit);
        expect(idsOf(pages)).toEqual(['owner', 'e', 'c', 'd', 'w2', 'w1', 'f']);
        expect(Math.max(...pages.map(({ rows }) => rows.length))).toBeLessThanOrEqual(limit);
      },
    );

    test.each([
      ['active', ['owner', 'e', 'c', 'f']],
      ['muted', ['d']],
      ['pending', ['w2', 'w1']],
    ] as const)('of one status list those who are %s', async (status, expected) => {
      await using scene = await crowd(makeEngine);
      expect(idsOf(await memberPages(scene, 2, status))).toEqual(expected);
    });

    test('give every row its whole record', async () => {
      await using scene = await crowd(makeEngine);
      for (const { userId, note, ...record } of await scene.members()) {
        expect(record).toEqual(await scene.member(userId));
      }
    });

    test('lose no member when a listed one leaves between two of them', async () => {
      await using scene = await crowd(makeEngine);
      const { groups } = scene.engine;
      const first = await groups.members(scene.groupId, { cursor: null, limit: 2, status: null });
      await scene.do(leaveCommand({ groupId, userId: 'e' }));
      const rest = await follow<MemberRow>((cursor) =>
        groups.members(scene.groupId, {
          cursor: cursor ?? first?.nextCursor ?? null,
          limit: 2,
          status: null,
        }),
      );
      expect(idsOf(rest)).toEqual(['c', 'd', 'w2', 'w1', 'f']);
    });

    test.each([1, 2, 3, 4, 5, 6])(
      'of %i list each member that stays once, also when members change status between them',
      async (limit) => {
        await using scene = await crowd(makeEngine);
        const onUser = (userId: string) => ({ groupId, actor: 'owner', userId });
        const moves = [
          acceptCommand(onUser('w1')),
          joinCommand({ groupId, userId: 'd' }),
          muteCommand(onUser('c')),
          acceptCommand(onUser('w2')),
          promoteCommand(onUser('f')),
          joinCommand({ groupId, userId: 'c' }),
          acceptCommand(onUser('d')),
        ];
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await scene.engine.groups.members(scene.groupId, { cursor, limit, status: null });
          seen.push(...(page?.rows.map(({ userId }) => userId) ?? []));
          cursor = page?.nextCursor ?? null;
          const move = moves.shift();
          if (move !== undefined) await scene.do(move);
        } while (cursor !== null);
        expect(seen).toEqual(['owner', 'e', 'c', 'd', 'w2', 'w1', 'f']);
      },
    );

    test('list an applicant once who is accepted while the cursor is among the applicants', async () => {
      const users = { a1: 'pending', a2: 'pending', a3: 'pending' } as const;
      await using scene = await begin(makeEngine, { groupType: 'private', users });
      const { groups } = scene.engine;
      const first = await groups.members(scene.groupId, { cursor: null, limit: 2, status: null });
      for (const userId of ['a2', 'a1']) await scene.do(acceptCommand({ groupId, actor: 'owner', userId }));
      const cursor = first?.nextCursor ?? null;
      const rest = await groups.members(scene.groupId, { cursor, limit: 10, status: null });
      expect([first, rest].flatMap((page) => page?.rows.map(({ userId }) => userId) ?? [])).toEqual([
        'owner',
        'a1',
        'a2',
        'a3',
      ]);
    });

    test.each(['nonsense', '-1', '__proto__', '"', '1'.repeat(400)])(
      'refuse the cursor %s',
      async (cursor) => {
        await using scene = await begin(makeEngine);
        const page = scene.engine.groups.members(scene.groupId, { cursor, limit: 2, status: null });
        const failure = await page.then(
          () => null,
          (thrown: PlenumError) => thrown.failure,
        );
        expect(failure?.code).toBe('invalid_args');
      },
    );
  });

  describe('pages of memberships', () => {
    const groupIds = ['b', 'a:b', 'Z', 'a', '~x', '1'];

    async function userInMany(): Promise<Scene> {
      const scene = new Scene(await makeEngine(), groupId);
      for (const id of groupIds) {
        await scene.do(createCommand({ groupId: id, actor: 'owner', groupType: 'private' }));
        await scene.do(joinCommand({ groupId: id, userId: 'guest' }));
      }
      return scene;
    }

    test.each([1, 2, 5, 6, 200])('of %i list the groups ascending by id', async (limit) => {
      await using scene = await userInMany();
      const pages = await membershipPages(scene, 'guest', limit);
      expect(groupsOf(pages)).toEqual([...groupIds].sort());
    });

    test('show the standing and the head of each group', async () => {
      await using scene = await userInMany();
      const [page] = await membershipPages(scene, 'guest', 200);
      expect(page?.rows[0]).toMatchObject({
        groupId: '1',
        groupType: 'private',
        member: { status: 'pending', roles: ['member'], sinceSeq: 2 },
        head: { seq: 2, isDeleted: false },
      });
    });

    test('leave out groups that the user left or that are gone', async () => {
      await using scene = await userInMany();
      await scene.do(leaveCommand({ groupId: 'a', userId: 'guest' }));
      await scene.do(deleteCommand({ groupId: 'Z', actor: 'owner' }));
      const pages = await membershipPages(scene, 'guest', 2);
      expect(groupsOf(pages)).toEqual(['1', 'a:b', 'b', '~x']);
    });

    test('of an unknown user are one empty page', async () => {
      await using scene = await begin(makeEngine);
      expect(await membershipPages(scene, 'stranger', 10)).toEqual([{ rows: [], nextCursor: null }]);
    });
  });
}
