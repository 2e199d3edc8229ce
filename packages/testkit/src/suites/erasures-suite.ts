/** Erasures of users: what is noted of one, and its steps through the groups. */
import { Eraser, partitionOf } from '@plenum/core';
import { groupIdSchema, SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { banCommand, createCommand, inviteCommand, joinCommand, messageDraft } from '../commands.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { Scene } from '../scene/scene.ts';
import { seededRandom } from '../seeded-random.ts';

const zoe = userIdSchema.parse('zoe');
const partition = partitionOf(zoe);

/** An engine whose erasures only the test steps, and `zoe` in so many groups. */
async function begin(makeEngine: MakeEngine, count: number) {
  const scene = new Scene(await makeEngine(), 'room:one');
  const { engine } = scene;
  const ids = Array.from({ length: count }, (_, i) => `g${String(i).padStart(3, '0')}`);
  await Promise.all(
    ids.map(async (groupId) => {
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await scene.do(joinCommand({ groupId, userId: 'zoe', actor: SERVICE, admit: true }));
    }),
  );
  const { erasures, groups } = engine;
  const eraser = new Eraser({ erasures, groups, random: seededRandom() });
  const left = async () => (await groups.memberships(zoe, { cursor: null, limit: 200 })).rows.length;
  return { scene, ids, erasures, eraser, left };
}

export function erasuresSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: erasures`, () => {
    test('one that was never begun is not known, and nothing is due', async () => {
      const { scene, erasures } = await begin(makeEngine, 0);
      await using _ = scene;
      expect(await erasures.of(zoe)).toBeNull();
      expect(await erasures.due(partition)).toEqual([]);
      const run = { startedAtMs: 1, againMs: 1000 };
      await erasures.finish(zoe, run);
      expect(await erasures.of(zoe)).toBeNull();
    });

    test('takes the user out of 100 groups in a step, and counts them', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 130);
      await using _ = scene;
      const begun = await erasures.begin(zoe);
      expect(begun).toMatchObject({ status: 'running', groupsLeft: 0, finishedAtMs: null });
      await eraser.run((partition + 1) % 256);
      expect(await left()).toBe(130);
      await eraser.run(partition);
      expect(await left()).toBe(30);
      expect(await erasures.begin(zoe)).toEqual({ ...begun, groupsLeft: 100 });
      expect(await erasures.due(partition)).toEqual([]);
      for (let step = 0; step < 2; step += 1) {
        await scene.advance(1100);
        await eraser.run(partition);
      }
      expect(await left()).toBe(0);
      expect(await erasures.of(zoe)).toMatchObject({ status: 'done', groupsLeft: 130 });
      expect((await erasures.of(zoe))?.finishedAtMs).toBeGreaterThanOrEqual(begun.startedAtMs);
    });

    test('leaves every group as the user itself would, by the service, and forgets the read mark', async () => {
      const { scene, erasures, eraser } = await begin(makeEngine, 1);
      await using _ = scene;
      const groupId = groupIdSchema.parse('g000');
      await scene.engine.log.append(messageDraft({ groupId, sender: 'zoe' }));
      await erasures.begin(zoe);
      await eraser.run(partition);
      const range = await scene.engine.log.after(groupId, 3, 10);
      const [entry] = range?.entries ?? [];
      expect(entry?.type === 'event' && entry.event).toMatchObject({
        type: 'left',
        user_id: 'zoe',
        actor_id: SERVICE,
      });
      expect(await scene.engine.readMarks.of(groupId, zoe)).toBeNull();
    });

    test('a run that is over does not end the next one', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 2);
      await using _ = scene;
      const first = await erasures.begin(zoe);
      await erasures.finish(zoe, { startedAtMs: first.startedAtMs, againMs: 1000 });
      await scene.advance(5);
      const second = await erasures.begin(zoe);
      expect(second).toMatchObject({ status: 'running', groupsLeft: 0 });
      await erasures.finish(zoe, { startedAtMs: first.startedAtMs, againMs: 1000 });
      expect(await erasures.of(zoe)).toEqual(second);
      await eraser.run(partition);
      expect(await left()).toBe(0);
    });

    test('a ban stays, and a group that is gone does not stop it', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 3);
      await using _ = scene;
      await scene.do(banCommand({ groupId: 'g001', actor: 'owner', userId: 'zoe' }));
      await erasures.begin(zoe);
      await Promise.all([eraser.run(partition), eraser.run(partition)]);
      expect(await left()).toBe(0);
      expect((await erasures.of(zoe))?.groupsLeft).toBe(2);
      const position = await scene.engine.groups.position(groupIdSchema.parse('g001'), zoe);
      expect(position?.isBanned).toBe(true);
    });

    test('ends the invites of the user, and does not count them', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 1);
      await using _ = scene;
      await scene.do(createCommand({ groupId: 'inviting', actor: 'owner', groupType: 'private' }));
      await scene.do(inviteCommand({ groupId: 'inviting', actor: 'owner', userId: 'zoe' }));
      expect(await left()).toBe(2);
      await erasures.begin(zoe);
      await eraser.run(partition);
      expect(await left()).toBe(0);
      await scene.advance(1100);
      await eraser.run(partition);
      expect(await erasures.of(zoe)).toMatchObject({ status: 'done', groupsLeft: 1 });
    });

    test('one that is done is looked at once more, and then never again', async () => {
      const { scene, erasures, eraser } = await begin(makeEngine, 0);
      await using _ = scene;
      const { startedAtMs } = await erasures.begin(zoe);
      await erasures.finish(zoe, { startedAtMs, againMs: 1 });
      await scene.advance(5);
      expect(await erasures.due(partition)).toEqual([zoe]);
      await eraser.run(partition);
      expect(await erasures.due(partition)).toEqual([]);
      expect(await erasures.of(zoe)).toMatchObject({ status: 'done' });
    });
  });
}
