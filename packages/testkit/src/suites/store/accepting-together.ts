/** Groups in which several users have to accept an applicant. */
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  acceptCommand,
  demoteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  updateCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const accept = (actor: string) => acceptCommand({ groupId, actor, userId: 'guest' });
const statusOf = async (scene: Scene) => (await scene.member('guest'))?.status;
const two = { groupType: 'private', acceptsNeeded: 2 } as const;

/** The members `ann` and `bob`, and the applicant `guest`. */
async function arrive(scene: Scene): Promise<void> {
  for (const userId of ['ann', 'bob'])
    await scene.do(joinCommand({ groupId, userId, actor: SERVICE, admit: true }));
  await scene.join('guest');
}

export function acceptingTogether(makeEngine: MakeEngine): void {
  describe('an accept where several are needed', () => {
    test('is noted, and the last one makes the member', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', acceptsNeeded: 3 });
      await arrive(scene);
      const first = await scene.do(accept('ann'));
      expect(first).toMatchObject({ status: 'pending', accepts: { count: 1, needed: 3 }, seq: 5 });
      expect((await scene.events()).at(-1)).toMatchObject({
        type: 'endorsed',
        user_id: 'guest',
        actor_id: 'ann',
        accepts: 1,
        accepts_needed: 3,
      });
      expect(await scene.change(accept('bob'))).toMatchObject({ accepts: { count: 2, needed: 3 } });
      expect(await scene.do(accept('owner'))).toMatchObject({ status: 'active', accepts: null });
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'accepted', actor_id: 'owner' });
      expect((await scene.group()).counts).toMatchObject({ active: 4, pending: 0 });
    });

    test('by one user again changes nothing, and takes no token', async () => {
      const engineSettings = { changeRatePerSec: 0.01, changeRateBurst: 1 };
      await using scene = await begin(makeEngine, { ...two, engineSettings });
      await arrive(scene);
      const command = accept('ann');
      const first = await scene.do(command);
      const before = await scene.everything();
      expect(await scene.do(command)).toEqual({ ...first, isDuplicate: true });
      expect(await scene.do(accept('ann'))).toMatchObject({
        isDuplicate: true,
        status: 'pending',
        accepts: { count: 1, needed: 2 },
      });
      expect(await scene.everything()).toEqual(before);
      expect(await scene.do(accept('bob'))).toMatchObject({ status: 'active' });
    });

    test('by the service is enough', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', acceptsNeeded: 16 });
      await scene.join('guest');
      expect(await scene.do(accept(SERVICE))).toMatchObject({ status: 'active', accepts: null });
    });

    test('of a user that has left, or may no longer accept, does not count', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { ann: 'admin', bob: 'admin', eve: 'admin', guest: 'pending' },
      });
      await scene.do(updateCommand({ groupId, actor: 'owner', acceptsNeeded: 3 }));
      await scene.do(accept('ann'));
      await scene.do(accept('bob'));
      await scene.do(leaveCommand({ groupId, userId: 'ann' }));
      await scene.do(demoteCommand({ groupId, actor: 'owner', userId: 'bob' }));
      expect(await scene.do(accept('owner'))).toMatchObject({ status: 'pending', accepts: { count: 1 } });
      expect(await scene.do(accept('eve'))).toMatchObject({ status: 'pending', accepts: { count: 2 } });
    });

    test('counts for one request: a new one begins without accepts', async () => {
      await using scene = await begin(makeEngine, two);
      await arrive(scene);
      await scene.do(accept('ann'));
      await scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await scene.join('guest');
      expect(await scene.do(accept('bob'))).toMatchObject({ status: 'pending', accepts: { count: 1 } });
    });

    test('is the last one when fewer are needed by then', async () => {
      await using scene = await begin(makeEngine, two);
      await arrive(scene);
      await scene.do(accept('ann'));
      await scene.do(updateCommand({ groupId, actor: 'owner', acceptsNeeded: 1 }));
      expect(await scene.do(accept('ann'))).toMatchObject({ status: 'active' });
    });

    test('is what an invite counts for: its user joins as an applicant with one', async () => {
      await using scene = await begin(makeEngine, { ...two, users: { ann: 'pending', bob: 'pending' } });
      for (const userId of ['ann', 'bob']) await scene.do(acceptCommand({ groupId, actor: SERVICE, userId }));
      await scene.do(inviteCommand({ groupId, actor: 'ann', userId: 'guest' }));
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ status: 'pending' });
      expect(await scene.do(accept('ann'))).toMatchObject({ isDuplicate: true, accepts: { count: 1 } });
      expect(await scene.do(accept('bob'))).toMatchObject({ status: 'active' });
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      await scene.do(inviteCommand({ groupId, actor: SERVICE, userId: 'guest' }));
      expect(await scene.do(joinCommand({ groupId, userId: 'guest' }))).toMatchObject({ status: 'active' });
    });

    test('against the leave of an earlier acceptor is counted as the log orders the two', async () => {
      await using scene = await begin(makeEngine, two);
      for (let round = 0; round < 50; round += 1) {
        for (const userId of ['ann', 'bob'])
          await scene.change(joinCommand({ groupId, userId, actor: SERVICE, admit: true }));
        await scene.join('guest');
        await scene.do(accept('ann'));
        const before = (await scene.head())?.seq ?? 0;
        const [, last] = await Promise.all([
          scene.change(leaveCommand({ groupId, userId: 'ann' })),
          scene.change(accept('bob')),
        ]);
        expect(verdict(last)).toBe('done');
        const types = (await scene.events()).filter(({ seq }) => seq > before).map(({ type }) => type);
        const isLeftFirst = types[0] === 'left';
        expect(types).toEqual(isLeftFirst ? ['left', 'endorsed'] : ['accepted', 'left']);
        expect(await statusOf(scene)).toBe(isLeftFirst ? 'pending' : 'active');
        await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      }
    });
  });
}
