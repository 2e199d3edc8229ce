/** Erasures of users: what is noted of one, and its steps through the groups. */
import {
  type Adapters,
  ArchiveErasing,
  AuditLog,
  Eraser,
  historyEntryFrom,
  type Logger,
  MessageEraser,
  partitionOf,
  systemClock,
} from '@plenum/core';
import { type GroupId, groupIdSchema, SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  banCommand,
  createCommand,
  inviteCommand,
  joinCommand,
  leaveCommand,
  messageDraft,
} from '../commands.ts';
import { editCommand } from '../message-commands.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { expectAppended, Scene } from '../scene/scene.ts';
import { seededRandom } from '../seeded-random.ts';

const zoe = userIdSchema.parse('zoe');
const partition = partitionOf(zoe);
const leaving = { erasesMessages: false };
const erasing = { erasesMessages: true };
const unhurried = { ratePerSec: 1e6, rateBurst: 1e6 };
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An engine whose erasures only the test steps, and `zoe` in so many groups. */
async function begin(makeEngine: MakeEngine, count: number, given?: Adapters['archive']) {
  const scene = new Scene(await makeEngine(unhurried), 'room:one');
  const { engine } = scene;
  const ids = Array.from({ length: count }, (_, i) => `g${String(i).padStart(3, '0')}`);
  await Promise.all(
    ids.map(async (groupId) => {
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await scene.do(joinCommand({ groupId, userId: 'zoe', actor: SERVICE, admit: true }));
    }),
  );
  const { erasures, groups, messageChanges, deadLetters } = engine;
  const random = seededRandom();
  const archive = new ArchiveErasing({ archive: given, clock: systemClock, logger: silent });
  const messages = new MessageEraser({ groups, messageChanges, deadLetters, archive, random });
  const eraser = new Eraser({
    erasures,
    groups,
    nudges: engine.nudges,
    messages,
    audit: new AuditLog({ lists: engine.auditLists, logger: silent, nodeId: 'n1' }),
    random,
    nowMs: () => engine.wallMs(),
  });
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
      const run = { startedAtMs: 1, ...leaving, againMs: 1000 };
      await erasures.finish(zoe, run);
      expect(await erasures.of(zoe)).toBeNull();
    });

    test('takes the user out of 100 groups in a step, and counts them', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 130);
      await using _ = scene;
      const begun = await erasures.begin(zoe, leaving);
      expect(begun).toMatchObject({ status: 'running', groupsLeft: 0, finishedAtMs: null });
      await eraser.run((partition + 1) % 256);
      expect(await left()).toBe(130);
      await eraser.run(partition);
      expect(await left()).toBe(30);
      expect(await erasures.begin(zoe, leaving)).toEqual({ ...begun, groupsLeft: 100 });
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
      await erasures.begin(zoe, leaving);
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
      const first = await erasures.begin(zoe, leaving);
      await erasures.finish(zoe, { startedAtMs: first.startedAtMs, ...leaving, againMs: 1000 });
      await scene.advance(5);
      const second = await erasures.begin(zoe, leaving);
      expect(second).toMatchObject({ status: 'running', groupsLeft: 0 });
      await erasures.finish(zoe, { startedAtMs: first.startedAtMs, ...leaving, againMs: 1000 });
      expect(await erasures.of(zoe)).toEqual(second);
      await eraser.run(partition);
      expect(await left()).toBe(0);
    });

    test('a ban stays, and a group that is gone does not stop it', async () => {
      const { scene, erasures, eraser, left } = await begin(makeEngine, 3);
      await using _ = scene;
      await scene.do(banCommand({ groupId: 'g001', actor: 'owner', userId: 'zoe' }));
      await erasures.begin(zoe, leaving);
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
      await erasures.begin(zoe, leaving);
      await eraser.run(partition);
      expect(await left()).toBe(0);
      await scene.advance(1100);
      await eraser.run(partition);
      expect(await erasures.of(zoe)).toMatchObject({ status: 'done', groupsLeft: 1 });
    });

    test('one that is done is looked at once more, and then never again', async () => {
      const { scene, erasures, eraser } = await begin(makeEngine, 0);
      await using _ = scene;
      const { startedAtMs } = await erasures.begin(zoe, leaving);
      await erasures.finish(zoe, { startedAtMs, ...leaving, againMs: 1 });
      await scene.advance(5);
      expect(await erasures.due(partition)).toEqual([zoe]);
      await eraser.run(partition);
      expect(await erasures.due(partition)).toEqual([]);
      expect(await erasures.of(zoe)).toMatchObject({ status: 'done' });
    });

    test('takes the messages of a group down before the user leaves it, and nothing of others', async () => {
      const { scene, ids, erasures, eraser, left } = await begin(makeEngine, 2);
      await using _ = scene;
      const first = groupIdSchema.parse(ids[0]);
      const target = expectAppended(
        await scene.engine.log.append(messageDraft({ groupId: first, sender: 'zoe' })),
      );
      await scene.engine.messageChanges.change(
        editCommand({ groupId: first, actor: 'zoe', target, message: 'secret' }),
      );
      await scene.engine.log.append(messageDraft({ groupId: first, sender: 'owner', message: 'kept' }));
      await erasures.begin(zoe, erasing);
      await eraser.run(partition);
      expect(await left()).toBe(0);
      const entries = await historyOf(scene, first);
      expect(entries[2]).toMatchObject({ deleted: true, deleted_by: SERVICE, from_user_id: 'zoe' });
      expect(entries.slice(3).map(({ type }) => type)).toEqual(['edited', 'message', 'deleted', 'left']);
      expect(JSON.stringify(entries)).not.toContain('secret');
      expect(entries[4]).toMatchObject({ message: 'kept' });
      expect(await erasures.of(zoe)).toMatchObject({
        status: 'running',
        groupsLeft: 2,
        messages: { done: 1 },
      });
    });

    test('finds messages in groups that the user left before, and continues after 500 in a step', async () => {
      const { scene, ids, erasures, eraser, left } = await begin(makeEngine, 2);
      await using _ = scene;
      const [first, second] = ids.map((id) => groupIdSchema.parse(id));
      if (first === undefined || second === undefined) throw new Error('two groups');
      for (let n = 0; n < 3; n += 1) {
        await scene.engine.log.append(messageDraft({ groupId: first, sender: 'zoe' }));
      }
      await Promise.all(
        Array.from({ length: 520 }, () =>
          scene.engine.log.append(messageDraft({ groupId: second, sender: 'zoe' })),
        ),
      );
      await scene.do(leaveCommand({ groupId: first, userId: 'zoe' }));
      await erasures.begin(zoe, leaving);
      await erasures.begin(zoe, erasing);
      await eraser.run(partition);
      expect([await left(), (await erasures.of(zoe))?.messages?.done]).toEqual([1, 500]);
      const isDone = async () => (await erasures.of(zoe))?.status === 'done';
      for (let step = 0; step < 12 && !(await isDone()); step += 1) {
        await scene.advance(1100);
        await eraser.run(partition);
      }
      expect(await erasures.of(zoe)).toMatchObject({
        status: 'done',
        groupsLeft: 1,
        messages: { done: 523, archive: 'none' },
      });
      for (const groupId of [first, second]) {
        const texts = (await historyOf(scene, groupId)).filter(({ type }) => type === 'message');
        expect(texts.filter((entry) => !('deleted' in entry))).toEqual([]);
      }
    });

    test('ends when the archive has nothing left, and says so if an archive cannot erase', async () => {
      const counts = [{ erased: 1000 }, null, { erased: 7 }];
      const save = async () => undefined;
      const archive = {
        save,
        eraseMessages: async () => counts.shift() ?? Promise.reject(new Error('away')),
      };
      const one = await begin(makeEngine, 0, archive);
      await using _ = one.scene;
      await one.erasures.begin(zoe, erasing);
      const archived: (string | undefined)[] = [];
      for (let step = 0; step < 5; step += 1) {
        await one.eraser.run(partition);
        archived.push((await one.erasures.of(zoe))?.messages?.archive);
        await one.scene.advance(1100);
      }
      expect(archived).toEqual(['pending', 'pending', 'pending', 'pending', 'done']);
      expect(await one.erasures.of(zoe)).toMatchObject({ status: 'done', messages: { done: 1007 } });
      const other = await begin(makeEngine, 0, { save });
      await using __ = other.scene;
      await other.erasures.begin(zoe, erasing);
      for (let step = 0; step < 3; step += 1) {
        await other.eraser.run(partition);
        await other.scene.advance(1100);
      }
      const done = await other.erasures.of(zoe);
      expect(done).toMatchObject({ status: 'done', messages: { archive: 'unsupported' } });
    });

    test('a step of an earlier run, and one that knew of no messages, change nothing', async () => {
      const { scene, erasures } = await begin(makeEngine, 0);
      await using _ = scene;
      const { startedAtMs } = await erasures.begin(zoe, leaving);
      await erasures.begin(zoe, erasing);
      await erasures.finish(zoe, { startedAtMs, ...leaving, againMs: 1000 });
      const progress = { done: 5, archive: 'done', place: 'archive' } as const;
      await erasures.note(zoe, { startedAtMs: startedAtMs - 1, ...erasing }, progress);
      const running = { status: 'running', messages: { done: 0, archive: 'pending', place: '' } };
      expect(await erasures.of(zoe)).toMatchObject(running);
      await erasures.note(zoe, { startedAtMs, ...erasing }, progress);
      expect(await erasures.begin(zoe, leaving)).toMatchObject({ messages: progress });
    });
  });
}

/** All entries of a group as they are read now. */
async function historyOf(scene: Scene, groupId: GroupId) {
  const { log } = scene.engine;
  const pages = [await log.after(groupId, 0, 600), await log.after(groupId, 600, 600)];
  return pages.flatMap((range) => range?.entries ?? []).map(historyEntryFrom);
}
