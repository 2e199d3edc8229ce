/** Deleting groups, tombstones, and creating over them. */
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  createCommand,
  deleteCommand,
  inviteCommand,
  joinCommand,
  leaveCommand,
  messageDraft,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const firstPage = { cursor: null, limit: 10, status: null };

export function deleting(makeEngine: MakeEngine): void {
  describe('delete', () => {
    test('ends the group with a last entry', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const done = await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(done).toMatchObject({ status: 'none', roles: [], seq: 3, mutedUntilMs: null });
      const deleted = (await scene.events()).at(-1);
      expect(deleted).toMatchObject({ type: 'deleted', user_id: 'owner', seq: 3 });
      expect(deleted).not.toHaveProperty('actor_id');
    });

    test('leaves a log that can be read, and nothing else', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const { epoch } = await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const head = { epoch, seq: 3, past: [], oldestSeq: 1, isDeleted: true };
      const { groups, log } = scene.engine;
      expect(await groups.group(scene.groupId)).toBeNull();
      expect(await groups.members(scene.groupId, firstPage)).toBeNull();
      expect(await scene.member('guest')).toBeNull();
      expect(await scene.head()).toEqual(head);
      expect((await log.after(scene.groupId, 1, 10))?.entries.map(({ seq }) => seq)).toEqual([2, 3]);
      expect((await log.heads([scene.groupId])).get(scene.groupId)).toEqual(head);
    });

    test('ends the invites, and its answer names their users, once', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      for (const userId of ['bob', 'ann', 'cat']) {
        await scene.do(inviteCommand({ groupId, actor: 'owner', userId }));
      }
      await scene.do(inviteCommand({ groupId, actor: 'owner', userId: 'late', forMs: 20 }));
      await scene.do(joinCommand({ groupId, userId: 'cat' }));
      await scene.advance(50);
      const command = deleteCommand({ groupId, actor: 'owner', requestId: 'r1' });
      expect(await scene.do(command)).toMatchObject({ uninvited: ['ann', 'bob'] });
      expect(await scene.do(command)).not.toHaveProperty('uninvited');
      const list = { cursor: null, limit: 10 };
      const ann = userIdSchema.parse('ann');
      expect(await scene.engine.groups.memberships(ann, list)).toMatchObject({ rows: [] });
    });

    test('by the leave of the last member ends the invites too', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private' });
      await scene.do(inviteCommand({ groupId, actor: 'owner', userId: 'ann' }));
      const left = await scene.do(leaveCommand({ groupId, userId: 'owner' }));
      expect(left).toMatchObject({ status: 'none', uninvited: ['ann'] });
    });

    test('by the service names the service as the user', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(deleteCommand({ groupId, actor: SERVICE }));
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'deleted', user_id: SERVICE });
    });

    test('is the end of every operation but create', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(verdict(await scene.send('owner'))).toBe('group_not_found');
      expect(verdict(await scene.join('guest'))).toBe('group_not_found');
      expect(verdict(await scene.change(deleteCommand({ groupId, actor: 'owner' })))).toBe('group_not_found');
    });
  });

  describe('a group that is created again', () => {
    test('has a new epoch, counts from one, and knows nothing of the old one', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const old = await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const done = await scene.do(createCommand({ groupId, actor: 'successor', groupType: 'private' }));
      expect(done.seq).toBe(1);
      expect(done.epoch).not.toBe(old.epoch);
      expect(await scene.head()).toEqual({
        epoch: done.epoch,
        seq: 1,
        past: [],
        oldestSeq: 1,
        isDeleted: false,
      });
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['successor']);
      expect((await scene.events()).map(({ type, user_id }) => [type, user_id])).toEqual([
        ['created', 'successor'],
      ]);
    });

    test('stores a message under a request id of the old one', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({ groupId, sender: 'owner' });
      await scene.engine.log.append(draft);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const { epoch } = await scene.do(createCommand({ groupId, actor: 'owner' }));
      expect(await scene.engine.log.append(draft)).toMatchObject({ isDuplicate: false, epoch, seq: 2 });
      expect((await scene.head())?.seq).toBe(2);
    });
  });
}
