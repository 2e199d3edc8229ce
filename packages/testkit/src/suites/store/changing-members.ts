/** Many users at once, by the service: one entry, an answer for each user, and a part that is done once. */
import type { MemberOutcome, MembersChanged, Refused } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { banCommand, kickCommand, leaveCommand, muteCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

function changed(outcome: MembersChanged | Refused): MembersChanged {
  if (outcome.type === 'members_changed') return outcome;
  throw new Error(`refused as a whole: ${outcome.failure.code}`);
}
const answers = (outcomes: readonly MemberOutcome[]) =>
  outcomes.map((one) => (one.type === 'done' ? one.status : one.failure.code));
const last = async (scene: Scene) => (await scene.events()).at(-1);

export function changingMembers(makeEngine: MakeEngine): void {
  describe('a change of many members', () => {
    test('is one entry that names each user with its status, and judges each user by itself', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active', waiting: 'pending', silent: 'muted', out: 'banned', second: 'admin' },
      });
      const before = (await scene.head())?.seq ?? 0;
      const outcome = changed(
        await scene.changeMembers({
          add: [
            'new',
            'guest',
            { userId: 'boss', role: 'admin' },
            'out',
            { userId: 'quiet', status: 'muted' },
          ],
          remove: ['waiting', 'silent', 'second', 'owner', 'nobody'],
        }),
      );
      expect(answers(outcome.added)).toEqual(['active', 'already_member', 'active', 'banned', 'muted']);
      expect(answers(outcome.removed)).toEqual(['none', 'none', 'none', 'none', 'user_not_in_group']);
      expect(outcome.seq).toBe(before + 1);
      expect(await last(scene)).toMatchObject({
        type: 'members_changed',
        user_id: SERVICE,
        seq: before + 1,
        members: [
          { user_id: 'new', status: 'active', roles: ['member'] },
          { user_id: 'boss', status: 'active', roles: ['admin'] },
          { user_id: 'quiet', status: 'muted', roles: ['member'] },
          ...['waiting', 'silent', 'second', 'owner'].map((user_id) => ({ user_id, status: 'none' })),
        ],
      });
      expect((await scene.group()).counts).toEqual({ active: 3, pending: 0, muted: 1, admins: 1 });
      expect(await scene.member('new')).toMatchObject({ status: 'active', sinceSeq: before + 1 });
      expect(await scene.member('silent')).toBeNull();
    });

    test('lists the users of one entry one after the other, page by page, each once', async () => {
      await using scene = await begin(makeEngine, { users: { first: 'active' } });
      const many = numbered('u', 100);
      changed(await scene.changeMembers({ add: many }));
      await scene.join('later');
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await scene.engine.groups.members(scene.groupId, { cursor, limit: 7, status: null });
        seen.push(...(page?.rows.map(({ userId }) => userId) ?? []));
        cursor = page?.nextCursor ?? null;
      } while (cursor !== null);
      expect(seen).toEqual(['owner', 'first', ...many, 'later']);
    });

    test('keeps the order of succession, and the place of a user that is muted', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      changed(await scene.changeMembers({ add: ['a', 'b', 'c'], remove: ['guest'] }));
      await scene.do(muteCommand({ groupId, actor: SERVICE, userId: 'b' }));
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect(await scene.member('a')).toMatchObject({ roles: ['admin'] });
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['a', 'b', 'c']);
    });

    test('fills a group to its limit, and makes room for nothing that came before', async () => {
      await using scene = await begin(makeEngine, { maxMembers: 3, users: { guest: 'active' } });
      const outcome = changed(await scene.changeMembers({ add: ['a', 'b'], remove: ['guest'] }));
      expect(answers(outcome.added)).toEqual(['active', 'group_full']);
      expect((await scene.group()).counts.active).toBe(2);
    });

    test('never removes the last admin, but one that is replaced before', async () => {
      await using scene = await begin(makeEngine, { users: { second: 'admin' } });
      const outcome = changed(await scene.changeMembers({ remove: ['owner', 'second'] }));
      expect(answers(outcome.removed)).toEqual(['none', 'last_admin']);
      const replaced = changed(
        await scene.changeMembers({ add: [{ userId: 'third', role: 'admin' }], remove: ['second'] }),
      );
      expect(answers(replaced.removed)).toEqual(['none']);
      expect((await scene.group()).counts.admins).toBe(1);
    });

    test('makes the first active member of an empty public group its admin', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      changed(await scene.changeMembers({ add: ['a', 'b'] }));
      expect(await scene.member('a')).toMatchObject({ roles: ['admin'] });
      expect(await scene.member('b')).toMatchObject({ roles: ['member'] });
    });

    test.each([
      ['public', ['invalid_args', 'not_strict_private', 'active']],
      ['private', ['pending', 'not_strict_private', 'active']],
      ['strict_private', ['pending', 'muted', 'active']],
    ] as const)('knows in a %s group only the statuses of that type', async (groupType, expected) => {
      await using scene = await begin(makeEngine, { groupType });
      const add = (['pending', 'muted', 'active'] as const).map((status) => ({ userId: status, status }));
      expect(answers(changed(await scene.changeMembers({ add })).added)).toEqual(expected);
    });

    test('names the end of a ban, and ends one that is due', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(banCommand({ groupId, actor: 'owner', userId: 'long', forMs: 3_600_000 }));
      await scene.do(banCommand({ groupId, actor: 'owner', userId: 'short', forMs: 1 }));
      await scene.advance(5);
      const { added } = changed(await scene.changeMembers({ add: ['long', 'short'] }));
      expect(answers(added)).toEqual(['banned', 'active']);
      expect(added[0]).toHaveProperty('failure.details.banned_until');
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'short' }));
      expect(verdict(await scene.join('short'))).toBe('done');
    });

    test('writes nothing and remembers nothing when every user is refused', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const before = await scene.everything();
      const asked = { add: ['guest'], remove: ['nobody'], requestId: 'r' };
      const first = changed(await scene.changeMembers(asked));
      expect(first.seq).toBe((await scene.head())?.seq);
      expect(await scene.everything()).toEqual(before);
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(answers(changed(await scene.changeMembers(asked)).added)).toEqual(['active']);
    });

    test('gives a repeated part its first answers; another part of the request is done by itself', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const first = { add: ['a', 'guest'], requestId: 'r', payloadHash: 'h', part: 0 };
      const second = { remove: ['guest'], requestId: 'r', payloadHash: 'h', part: 1 };
      const done = changed(await scene.changeMembers(first));
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'a' }));
      const head = await scene.head();
      expect(await scene.changeMembers(first)).toEqual({ ...done, isDuplicate: true });
      expect(await scene.head()).toEqual(head);
      expect(answers(changed(await scene.changeMembers(second)).removed)).toEqual(['none']);
      expect(changed(await scene.changeMembers(second)).isDuplicate).toBe(true);
      for (const part of [first, second]) {
        const other = await scene.changeMembers({ ...part, payloadHash: 'other' });
        expect(verdict(other)).toBe('conflict');
      }
    });

    test('shares the request ids of the service with its other changes', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.do(kickCommand({ groupId, actor: SERVICE, userId: 'guest', requestId: 'r' }));
      expect(verdict(await scene.changeMembers({ add: ['a'], requestId: 'r' }))).toBe('conflict');
    });

    test('is made once by many attempts at the same time', async () => {
      await using scene = await begin(makeEngine);
      const add = numbered('u', 40);
      const attempt = () => scene.changeMembers({ add, requestId: 'r' });
      const outcomes = (await Promise.all([1, 2, 3, 4].map(attempt))).map(changed);
      expect(outcomes.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
      expect(new Set(outcomes.map(({ seq }) => seq))).toEqual(new Set([2]));
      expect((await scene.head())?.seq).toBe(2);
    });

    test('keeps the list of groups of every user', async () => {
      await using scene = await begin(makeEngine);
      changed(await scene.changeMembers({ add: ['a', 'b'] }));
      changed(await scene.changeMembers({ remove: ['b'] }));
      const groupsOf = async (name: string) => {
        const page = { cursor: null, limit: 10 };
        const { rows } = await scene.engine.groups.memberships(userIdSchema.parse(name), page);
        return rows.map((row): string => row.groupId);
      };
      expect([await groupsOf('a'), await groupsOf('b')]).toEqual([[groupId], []]);
    });

    test('works with every id that is allowed', async () => {
      await using scene = await begin(makeEngine);
      const add = ['__proto__', 'constructor', 'x'.repeat(128), '=', '~-+|@:.', '...'];
      changed(await scene.changeMembers({ add }));
      expect((await scene.members()).map(({ userId }): string => userId)).toEqual(['owner', ...add]);
      changed(await scene.changeMembers({ remove: add }));
      expect(await scene.members()).toHaveLength(1);
    });

    test('adds no user while the room queue is full, but still removes', async () => {
      await using scene = await begin(makeEngine, {
        users: { guest: 'active' },
        engineSettings: { deliveryKinds: ['archive'], roomQueueLimit: 2 },
      });
      expect(verdict(await scene.changeMembers({ add: ['a'], remove: ['guest'] }))).toBe('room_overloaded');
      expect(answers(changed(await scene.changeMembers({ remove: ['guest'] })).removed)).toEqual(['none']);
    });
  });
}
