/** Changes that are checked and charged before they are made: a slow adapter is asked about them in between. */
import { describe, expect, test } from 'vitest';
import { banCommand, createCommand, kickCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';

export function admittingChanges(makeEngine: MakeEngine): void {
  describe('an admission of a change', () => {
    test('changes nothing, and the admitted change is made afterwards', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const before = await scene.everything();
      const command = kickCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'rude' });
      expect(await scene.engine.groups.admit(command)).toEqual({ type: 'admitted' });
      expect(await scene.everything()).toEqual(before);
      expect(verdict(await scene.change({ ...command, isAdmitted: true }))).toBe('done');
    });

    test('gives the first answer to a repeated request, and the refusal of what the rules refuse', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const command = banCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'rude' });
      const first = await scene.do(command);
      expect(await scene.engine.groups.admit(command)).toEqual({ ...first, isDuplicate: true });
      const refused = kickCommand({ groupId, actor: 'owner', userId: 'guest' });
      expect(await scene.engine.groups.admit(refused)).toEqual({
        type: 'refused',
        failure: { code: 'user_not_in_group' },
      });
    });

    test('takes the token of the change, which is not taken again', async () => {
      const engineSettings = { changeRatePerSec: 0.01, changeRateBurst: 3 };
      await using scene = await begin(makeEngine, { engineSettings });
      const ban = (userId: string) => banCommand({ groupId, actor: 'owner', userId });
      const { groups } = scene.engine;
      expect(await groups.admit(ban('one'))).toEqual({ type: 'admitted' });
      const second = ban('two');
      expect(await groups.admit(second)).toEqual({ type: 'admitted' });
      expect(await groups.admit(ban('three'))).toMatchObject({ failure: { code: 'rate_limited' } });
      expect(verdict(await scene.change({ ...second, isAdmitted: true }))).toBe('done');
    });

    test('of a group that is to be created takes the membership token once and creates nothing', async () => {
      const engineSettings = { membershipRatePerSec: 0.01, membershipRateBurst: 2 };
      await using scene = await begin(makeEngine, { engineSettings });
      const command = createCommand({ groupId: 'room:two', actor: 'owner' });
      expect(await scene.engine.groups.admit(command)).toEqual({ type: 'admitted' });
      expect(await scene.engine.groups.group(command.groupId)).toBeNull();
      expect(verdict(await scene.change({ ...command, isAdmitted: true }))).toBe('done');
      const third = createCommand({ groupId: 'room:three', actor: 'owner' });
      expect(await scene.engine.groups.admit(third)).toMatchObject({ failure: { code: 'rate_limited' } });
    });

    test('is no promise: what the rules refuse by then is refused', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const command = kickCommand({ groupId, actor: 'owner', userId: 'guest', reason: 'rude' });
      await scene.engine.groups.admit(command);
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(verdict(await scene.change({ ...command, isAdmitted: true }))).toBe('user_not_in_group');
    });
  });
}
