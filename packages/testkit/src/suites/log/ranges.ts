/** Reading a log: ranges, heads, retention. */
import type { LogRange } from '@plenum/core';
import { groupIdSchema, limits } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const fast = { ratePerSec: 100_000, rateBurst: 100_000 };
const seqsOf = (range: LogRange | null) => range?.entries.map(({ seq }) => seq);

/** A log of ten entries: `created` and nine messages. */
async function tenEntries(makeEngine: MakeEngine): Promise<Scene> {
  const scene = await begin(makeEngine, { engineSettings: fast });
  for (let n = 2; n <= 10; n += 1) await scene.send('owner', `${n}`);
  return scene;
}

export function ranges(makeEngine: MakeEngine): void {
  describe('a range of the log', () => {
    test.each([
      [0, 3, [1, 2, 3]],
      [4, 3, [5, 6, 7]],
      [8, 3, [9, 10]],
      [10, 3, []],
      [99, 3, []],
      [0, 100, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ])('after %i of at most %i is %j', async (afterSeq, limit, expected) => {
      await using scene = await tenEntries(makeEngine);
      expect(seqsOf(await scene.engine.log.after(scene.groupId, afterSeq, limit))).toEqual(expected);
    });

    test.each([
      [11, 3, [8, 9, 10]],
      [5, 3, [2, 3, 4]],
      [3, 3, [1, 2]],
      [1, 3, []],
      [Number.MAX_SAFE_INTEGER, 2, [9, 10]],
      [11, 100, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ])('before %i of at most %i is %j', async (beforeSeq, limit, expected) => {
      await using scene = await tenEntries(makeEngine);
      expect(seqsOf(await scene.engine.log.before(scene.groupId, beforeSeq, limit))).toEqual(expected);
    });

    test('ends before it is larger than an answer may be, and is continued where it ended', async () => {
      await using scene = await begin(makeEngine, { engineSettings: fast });
      // Six bytes of JSON for each character.
      const large = '\u0001'.repeat(4096);
      for (let n = 2; n <= 101; n += 1) await scene.send('owner', large);
      const { log } = scene.engine;
      const bytesOf = (range: LogRange) => range.entries.reduce((sum, { wire }) => sum + wire.length, 0);
      const up: number[] = [];
      for (let page = await log.after(scene.groupId, 0, 200); page !== null && page.entries.length > 0; ) {
        expect(bytesOf(page)).toBeLessThanOrEqual(limits.answerMaxBytes);
        up.push(...(seqsOf(page) ?? []));
        page = await log.after(scene.groupId, up.at(-1) ?? 0, 200);
      }
      const down: number[] = [];
      for (let page = await log.before(scene.groupId, 102, 200); page !== null && page.entries.length > 0; ) {
        expect(bytesOf(page)).toBeLessThanOrEqual(limits.answerMaxBytes);
        down.unshift(...(seqsOf(page) ?? []));
        page = await log.before(scene.groupId, down[0] ?? 0, 200);
      }
      const all = Array.from({ length: 101 }, (_, n) => n + 1);
      expect(up).toEqual(all);
      expect(down).toEqual(all);
    });

    test('comes with the head', async () => {
      await using scene = await tenEntries(makeEngine);
      const { head } = await scene.group();
      const { log } = scene.engine;
      expect((await log.after(scene.groupId, 9, 1))?.head).toEqual(head);
      expect((await log.before(scene.groupId, 2, 1))?.head).toEqual(head);
      expect(head).toMatchObject({ seq: 10, oldestSeq: 1, past: [], isDeleted: false });
    });
  });

  describe('the log', () => {
    test('keeps its newest entries and knows the oldest one', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { ...fast, historyMaxEntries: 100 } });
      await Promise.all(Array.from({ length: 400 }, (_, n) => scene.send('owner', `${n}`)));
      const { oldestSeq, seq } = (await scene.group()).head;
      const kept = await scene.log();
      expect(seq).toBe(401);
      expect(oldestSeq).toBeGreaterThan(1);
      expect(kept.length).toBeGreaterThanOrEqual(100);
      expect(kept.map((entry) => entry.seq)).toEqual(kept.map((_, n) => oldestSeq + n));
      expect(kept.at(-1)?.seq).toBe(seq);
    });
  });

  describe('heads', () => {
    test('name those groups that exist', async () => {
      await using scene = await begin(makeEngine, { groupId: 'one', users: { guest: 'active' } });
      await scene.do(createCommand({ groupId: 'two', actor: 'owner' }));
      const ids = ['one', 'nowhere', 'two'].map((id) => groupIdSchema.parse(id));
      const heads = await scene.engine.log.heads(ids);
      expect([...heads].map(([id, { seq }]) => [id, seq])).toEqual([
        ['one', 2],
        ['two', 1],
      ]);
      expect(heads.get(scene.groupId)).toEqual((await scene.group()).head);
    });

    test('of no groups are none', async () => {
      await using scene = await begin(makeEngine);
      expect((await scene.engine.log.heads([])).size).toBe(0);
    });
  });
}
