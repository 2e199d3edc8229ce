import { messageOf } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, messageDraft } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin } from '../../scene/scene.ts';

const ids = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'a:b',
  'a|b@c.d~e+f=g-h',
  '...',
  '0',
  'x'.repeat(128),
];

export function hostileIds(makeEngine: MakeEngine): void {
  describe('the id', () => {
    test.each(ids)('%s is an ordinary one, of a group and of a user', async (id) => {
      await using scene = await begin(makeEngine, {
        groupId: id,
        users: { [`${id}`.slice(0, 127)]: 'outsider' },
      });
      await scene.join(id);
      await scene.send(id, `by ${id}`);
      const { groups, log } = scene.engine;
      expect((await scene.members()).map(({ userId }) => userId)).toEqual(['owner', id]);
      expect((await scene.messages()).map((entry) => messageOf(entry).result)).toMatchObject([
        { group_id: id, from_user_id: id, message: `by ${id}` },
      ]);
      expect([...(await log.heads([scene.groupId])).keys()]).toEqual([id]);
      const { rows } = await groups.memberships(userIdSchema.parse(id), { cursor: null, limit: 10 });
      expect(rows.map((row) => row.groupId)).toEqual([id]);
    });

    test.each(ids)('%s without a record is absent', async (id) => {
      await using scene = await begin(makeEngine);
      expect(await scene.member(id)).toBeNull();
      expect(await scene.engine.groups.group(groupIdSchema.parse(id))).toBeNull();
    });

    test('pairs that read alike when they are joined share no request key', async () => {
      await using scene = await begin(makeEngine, { groupId: 'a:b', users: { c: 'active' } });
      await scene.do(createCommand({ groupId: 'a', actor: 'b:c' }));
      const drafts = [
        messageDraft({ groupId: 'a:b', sender: 'c', requestId: 'd' }),
        messageDraft({ groupId: 'a', sender: 'b:c', requestId: 'd' }),
      ];
      for (const draft of drafts) {
        const outcome = await scene.engine.log.append(draft);
        expect(outcome).toMatchObject({ type: 'appended', isDuplicate: false });
      }
    });
  });
}
