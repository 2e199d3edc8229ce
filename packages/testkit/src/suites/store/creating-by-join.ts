/** A join of an id that names no group may create one, in the same step. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, joinCommand, leaveCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const joining = { groupId, userId: 'guest', createsPublic: true };

export function creatingByJoin(makeEngine: MakeEngine): void {
  describe('a join that may create', () => {
    test('creates a public group with the joiner as its admin', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const done = await scene.do(joinCommand(joining));
      expect(done).toMatchObject({ isDuplicate: false, status: 'active', roles: ['admin'], seq: 1 });
      expect(await scene.group()).toMatchObject({
        groupType: 'public',
        maxMembers: null,
        ephemeral: false,
        history: 'all',
        metadata: null,
        counts: { active: 1, pending: 0, muted: 0, admins: 1 },
        head: { epoch: done.epoch, seq: 1 },
      });
      expect(await scene.member('guest')).toMatchObject({ status: 'active', roles: ['admin'], sinceSeq: 1 });
    });

    test('leaves the same log as a create', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      await scene.do(joinCommand(joining));
      const [entry] = await scene.log();
      expect(await scene.log()).toHaveLength(1);
      expect(entry?.type === 'event' && Object.entries(entry.event)).toEqual([
        ['group_id', groupId],
        ['type', 'created'],
        ['user_id', 'guest'],
        ['epoch', entry?.epoch],
        ['seq', 1],
        ['timestamp', expect.any(String)],
        ['roles', ['admin']],
        ['group_type', 'public'],
      ]);
    });

    test('creates over a tombstone, and the new group knows nothing of the old one', async () => {
      await using scene = await begin(makeEngine, { users: { a: 'active' } });
      const old = await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const done = await scene.do(joinCommand(joining));
      expect(done).toMatchObject({ status: 'active', roles: ['admin'], seq: 1 });
      expect(done.epoch).not.toBe(old.epoch);
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['guest']);
    });

    test.each(['private', 'strict_private'] as const)(
      'does not make a deleted %s group public, by the join of any user',
      async (groupType) => {
        await using scene = await begin(makeEngine, { groupType, users: { guest: 'active' } });
        await scene.do(deleteCommand({ groupId, actor: 'owner' }));
        for (const userId of ['guest', 'owner', 'stranger']) {
          const command = joinCommand({ ...joining, userId, ensure: true });
          expect(verdict(await scene.change(command))).toBe('group_not_found');
        }
        await scene.do(createCommand({ groupId, actor: 'successor', groupType }));
        expect(await scene.do(joinCommand(joining))).toMatchObject({ status: 'pending' });
      },
    );

    test('does not make a private group public that ended with its last admin', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect(verdict(await scene.change(joinCommand(joining)))).toBe('group_not_found');
    });

    test('does not create a deleted public group that had bans: no banned user returns as its admin', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'banned' } });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(verdict(await scene.change(joinCommand(joining)))).toBe('group_not_found');
      expect(verdict(await scene.change(joinCommand({ ...joining, userId: 'owner' })))).toBe(
        'group_not_found',
      );
    });

    test('joins a group that is there as any other join does', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { b: 'banned' } });
      expect(await scene.do(joinCommand(joining))).toMatchObject({ status: 'pending', seq: 3 });
      const banned = joinCommand({ ...joining, userId: 'b' });
      expect(verdict(await scene.change(banned))).toBe('banned');
    });

    test('creates with `ensure` too', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const done = await scene.do(joinCommand({ ...joining, ensure: true }));
      expect(done).toMatchObject({ isDuplicate: false, status: 'active', roles: ['admin'], seq: 1 });
    });

    test('on behalf of the user names the service', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      await scene.do(joinCommand({ ...joining, actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'created',
        user_id: 'guest',
        actor_id: SERVICE,
      });
    });

    test('creates nothing when the service admits', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const admitted = joinCommand({ ...joining, actor: SERVICE, admit: true });
      expect(verdict(await scene.change(admitted))).toBe('group_not_found');
      expect(await scene.head()).toBeNull();
    });

    test('of many joiners at once makes one admin and else members', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const users = ['a', 'b', 'c', 'd', 'e'];
      const dones = await Promise.all(users.map((userId) => scene.do(joinCommand({ ...joining, userId }))));
      expect(dones.flatMap(({ roles }) => roles).sort()).toEqual(['admin', ...Array(4).fill('member')]);
      expect((await scene.events()).map(({ type }) => type)).toEqual(['created', ...Array(4).fill('joined')]);
    });

    test('answers a retry once more, and changes nothing', async () => {
      await using scene = new Scene(await makeEngine(), groupId);
      const command = joinCommand(joining);
      const first = await scene.do(command);
      expect(await scene.change(command)).toEqual({ ...first, isDuplicate: true });
      await scene.do(deleteCommand({ groupId, actor: 'guest' }));
      const { epoch } = await scene.do(createCommand({ groupId, actor: 'successor' }));
      expect(await scene.change(command)).toMatchObject({ isDuplicate: false, epoch, seq: 2 });
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['successor', 'guest']);
    });
  });
}
