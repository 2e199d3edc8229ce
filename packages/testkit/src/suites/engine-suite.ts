/** Two suites: guarantees of the engine as a whole, and timed mutes that end in idle groups. */
import { PARTITION_COUNT, partitionOf } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { muteCommand } from '../commands.ts';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { begin } from '../scene/scene.ts';

/** Tests what every engine guarantees as a whole. */
export function engineSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: engine`, () => {
    test('is ready once it is made', async () => {
      await using harness = await makeEngine();
      expect(await harness.engine.health()).toMatchObject({ isReady: true });
    });

    test('agrees on the first offer under a name', async () => {
      await using harness = await makeEngine();
      expect(await harness.engine.agreeOn('secret', 'first')).toBe('first');
      expect(await harness.engine.agreeOn('secret', 'second')).toBe('first');
      expect(await harness.engine.agreeOn('__proto__', 'other')).toBe('other');
    });

    test('ends due mutes in the partition that the call names, and in no other', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      const { groupId, engine } = scene;
      await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest', forMs: 200 }));
      await scene.advance(300);
      const partition = partitionOf(groupId);
      await engine.dueMutes.endDueMutes((partition + 1) % PARTITION_COUNT);
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'muted' });
      await engine.dueMutes.endDueMutes(partition);
      expect((await scene.events()).at(-1)).toMatchObject({ type: 'unmuted', reason: 'expired' });
    });

    test('can be closed twice', async () => {
      await using harness = await makeEngine();
      await harness.engine.close();
      await harness.engine.close();
    });
  });
}

/** For engines that have an owner for idle groups: a timed mute ends within 2 s of its time without a request. */
export function idleMuteSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: idle groups`, () => {
    test('a timed mute ends by itself', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      const groupId = scene.groupId;
      await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest', forMs: 300 }));
      for (let waitedMs = 0; waitedMs < 2300; waitedMs += 230) await scene.advance(230);
      // A manual clock does not move from here on; with a real clock a busy machine may be late.
      await eventually(async () =>
        expect((await scene.events()).at(-1)).toMatchObject({
          type: 'unmuted',
          user_id: 'guest',
          actor_id: '$service',
          reason: 'expired',
        }),
      );
    });
  });
}
