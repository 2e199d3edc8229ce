/** Tests canary groups on every engine: their places, and their end by themselves. */
import { canariesMax, canaryLifeMs, endCanaries, partitionOf } from '@plenum/core';
import { groupIdSchema, SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, joinCommand } from '../commands.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { Scene } from '../scene/scene.ts';
import { seededRandom } from '../seeded-random.ts';

const canary = (name: string) => groupIdSchema.parse(`canary:${name}`);

/** What every `Canaries` does. */
export function canariesSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: canaries`, () => {
    test('however many ask at once, only so many get a place; a released one is free again', async () => {
      await using harness = await makeEngine();
      const { canaries } = harness.engine;
      const asked = Array.from({ length: canariesMax + 5 }, (_, i) => canary(`c${i}`));
      const answers = await Promise.all(asked.map((groupId) => canaries.reserve(groupId)));
      const full = answers.flatMap((answer) => (answer.type === 'full' ? [answer.freeInMs] : []));
      expect(full).toHaveLength(5);
      for (const freeInMs of full) {
        expect(freeInMs).toBeGreaterThan(0);
        expect(freeInMs).toBeLessThanOrEqual(canaryLifeMs);
      }
      const [first] = asked.filter((_, i) => answers[i]?.type === 'reserved');
      expect(first !== undefined && (await canaries.has(first))).toBe(true);
      await canaries.release(first ?? canary('none'));
      expect(await canaries.reserve(canary('later'))).toMatchObject({ type: 'reserved' });
      expect(await canaries.has(canary('c-unknown'))).toBe(false);
    });

    test('a group ends at its time, and then nothing is left to do for it', async () => {
      await using scene = new Scene(await makeEngine(), 'canary:one');
      const { engine, groupId } = scene;
      const { canaries, groups, revocations } = engine;
      const partition = partitionOf(groupId);
      const deps = { ...engine, random: seededRandom(), nowMs: () => engine.wallMs() };
      const run = () => endCanaries(deps, partition);
      const member = userIdSchema.parse('canary:one:2');
      const other = groupIdSchema.parse('other');
      await scene.do(createCommand({ groupId, actor: 'canary:one:1', groupType: 'private' }));
      await scene.do(joinCommand({ groupId, userId: 'canary:one:2', actor: SERVICE, admit: true }));
      await canaries.reserve(canary('one'));
      await canaries.schedule(canary('one'), canaryLifeMs);
      await scene.do(createCommand({ groupId: other, actor: 'ann' }));
      await scene.do(joinCommand({ groupId: other, userId: member }));
      await run();
      expect(await canaries.has(canary('one'))).toBe(true);
      expect((await revocations.revokedAt([member])).size).toBe(0);
      expect((await groups.position(other, member))?.member).not.toBeNull();
      await canaries.schedule(canary('one'), 100);
      await scene.advance(200);
      expect(await canaries.due(partition)).toEqual([groupId]);
      await run();
      expect(await groups.group(groupId)).toBeNull();
      expect((await revocations.revokedAt([member])).size).toBe(1);
      expect((await groups.position(other, member))?.member).toBeNull();
      expect(await canaries.has(canary('one'))).toBe(false);
      expect(await canaries.due(partition)).toEqual([]);
      // The look into the index follows, and is the last one.
      await canaries.schedule(canary('one'), 100);
      await scene.advance(200);
      await run();
      await scene.advance(200);
      expect(await canaries.due(partition)).toEqual([]);
    });
  });
}
