/** Public groups without members that end after a time. */
import { partitionOf } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, inviteCommand, joinCommand, leaveCommand, updateCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const ttlMs = 300;
const settings = { engineSettings: { emptyGroupTtlMs: ttlMs } };
const owner = { groupId, userId: 'owner' };
const endEmpty = ({ engine }: Scene) => engine.emptyGroups.endEmpty(partitionOf(groupId as Scene['groupId']));
const isThere = async ({ engine, groupId: id }: Scene) => (await engine.groups.group(id)) !== null;

export function emptying(makeEngine: MakeEngine): void {
  describe('a public group without members', () => {
    test('ends after the time, with its invites, and its id is free', async () => {
      await using scene = await begin(makeEngine, settings);
      await scene.do(inviteCommand({ groupId, actor: SERVICE, userId: 'ann' }));
      await scene.do(leaveCommand(owner));
      expect(await endEmpty(scene)).toEqual([]);
      await scene.advance(ttlMs + 100);
      expect(await endEmpty(scene)).toMatchObject([{ groupId, seq: 4, uninvited: ['ann'] }]);
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'deleted', user_id: SERVICE, seq: 4 });
      expect(await isThere(scene)).toBe(false);
      expect(await endEmpty(scene)).toEqual([]);
      expect(verdict(await scene.join('bob'))).toBe('group_not_found');
      expect(await scene.do(createCommand({ groupId, actor: 'bob' }))).toMatchObject({ seq: 1 });
    });

    test('stays as long as it gets entries, and where a user has joined', async () => {
      await using scene = await begin(makeEngine, settings);
      await scene.do(leaveCommand(owner));
      expect(await endEmpty(scene)).toEqual([]);
      await scene.advance(ttlMs - 100);
      await scene.do(updateCommand({ groupId, actor: SERVICE, slowModeMs: 5 }));
      await scene.advance(ttlMs - 100);
      expect(await endEmpty(scene)).toEqual([]);
      await scene.do(joinCommand(owner));
      await scene.advance(ttlMs + 100);
      expect(await endEmpty(scene)).toEqual([]);
      await scene.do(leaveCommand(owner));
      expect(await endEmpty(scene)).toEqual([]);
      await scene.advance(ttlMs + 100);
      expect(await endEmpty(scene)).toHaveLength(1);
    });

    test('does not end with a time of 0', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { emptyGroupTtlMs: 0 } });
      await scene.do(leaveCommand(owner));
      await scene.advance(1000);
      expect(await endEmpty(scene)).toEqual([]);
      expect(await isThere(scene)).toBe(true);
    });

    test('against a join at its end: the joiner is its admin, or finds no group', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { emptyGroupTtlMs: 1 } });
      const seen = new Set<string>();
      await scene.do(leaveCommand(owner));
      for (let round = 0; round < 300; round += 1) {
        if (!(await isThere(scene))) {
          await scene.do(createCommand({ groupId, actor: 'owner' }));
          await scene.do(leaveCommand(owner));
        }
        await endEmpty(scene);
        await scene.advance(round % 3);
        const [ended, joined] = await Promise.all([endEmpty(scene), scene.join('ann'), endEmpty(scene)]);
        const outcome = verdict(joined);
        seen.add(outcome);
        if (outcome === 'done') {
          expect(ended).toEqual([]);
          expect(await scene.member('ann')).toMatchObject({ roles: ['admin'] });
          await scene.do(leaveCommand({ groupId, userId: 'ann' }));
        } else {
          expect([outcome, await isThere(scene)]).toEqual(['group_not_found', false]);
        }
      }
      expect([...seen].sort()).toEqual(['done', 'group_not_found']);
    });
  });
}
