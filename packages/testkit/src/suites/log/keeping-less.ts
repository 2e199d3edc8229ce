/** The retention of a group: fewer or younger entries than the service keeps. */
import { describe, expect, test } from 'vitest';
import { deleteCommand, updateCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const groupId = 'room:one';
const engineSettings = { ratePerSec: 1e6, rateBurst: 1e6 };
const update = (changes: object) => updateCommand({ groupId, actor: 'owner', ...changes });
const seqs = async (scene: Scene) => (await scene.log()).map(({ seq }) => seq);

async function send(scene: Scene, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await scene.send('owner');
}

export function keepingLess(makeEngine: MakeEngine): void {
  describe('a log of its own length', () => {
    const short = { retention: { maxEntries: 5, maxAgeMs: null } };

    test('has the last entries and no others, whatever kind they are', async () => {
      await using scene = await begin(makeEngine, { ...short, engineSettings });
      await send(scene, 7);
      expect(await seqs(scene)).toEqual([4, 5, 6, 7, 8]);
      await scene.join('guest');
      expect(await seqs(scene)).toEqual([5, 6, 7, 8, 9]);
      expect(await scene.head()).toMatchObject({ seq: 9, oldestSeq: 5 });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await seqs(scene)).toEqual([6, 7, 8, 9, 10]);
    });

    test('is shortened by the update, and no other setting of sending is lost', async () => {
      await using scene = await begin(makeEngine, { engineSettings, slowModeMs: 7 });
      await send(scene, 20);
      await scene.do(update(short));
      expect(await seqs(scene)).toEqual([18, 19, 20, 21, 22]);
      await scene.do(update({ posting: 'admins' }));
      expect(await scene.group()).toMatchObject({ ...short, posting: 'admins', slowModeMs: 7 });
      await send(scene, 3);
      expect(await seqs(scene)).toEqual([22, 23, 24, 25, 26]);
    });

    test('is never longer than that of the service, and null is that of the service', async () => {
      const small = { ...engineSettings, historyMaxEntries: 200 };
      await using scene = await begin(makeEngine, {
        retention: { maxEntries: 9000, maxAgeMs: null },
        engineSettings: small,
      });
      await send(scene, 220);
      expect(await seqs(scene)).toHaveLength(200);
      await scene.do(update(short));
      await scene.do(update({ retention: null }));
      await send(scene, 20);
      expect(await seqs(scene)).toHaveLength(5 + 20);
    });

    test("is no other group's, in one tick of messages", async () => {
      await using scene = await begin(makeEngine, { ...short, engineSettings });
      const other = await begin(makeEngine, { groupId: 'room:two', engineSettings });
      await using _ = other;
      await Promise.all(
        Array.from({ length: 30 }, (_unused, at) => (at % 2 === 0 ? scene : other).send('owner')),
      );
      expect(await seqs(scene)).toHaveLength(5);
      expect(await seqs(other)).toHaveLength(16);
    });
  });

  describe('a log of its own age', () => {
    const young = { retention: { maxEntries: null, maxAgeMs: 300 } };

    test('loses older entries with the next one, and a time in metadata is no time of an entry', async () => {
      await using scene = await begin(makeEngine, { ...young, engineSettings });
      await scene.send('owner', '"timestamp":"2999-01-01T00:00:00.000Z"');
      await scene.advance(400);
      await scene.send('owner');
      const kept = (await scene.log()).map(({ seq }) => seq);
      expect(kept).toEqual([3]);
    });

    test('of an update removes what is older at once, and ends with an idle log', async () => {
      await using scene = await begin(makeEngine, { engineSettings });
      await send(scene, 10);
      await scene.advance(400);
      await scene.do(update(young));
      expect(await seqs(scene)).toEqual([12]);
      await scene.advance(400);
      expect(await seqs(scene)).toEqual([]);
      expect(await scene.head()).toMatchObject({ seq: 12, oldestSeq: 13 });
      await scene.send('owner');
      expect(await seqs(scene)).toEqual([13]);
    });
  });
}
