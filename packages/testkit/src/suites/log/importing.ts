/** Importing messages of another system. */
import { type ImportBatch, messageOf } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { deleteCommand } from '../../commands.ts';
import { takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginOutbox } from '../../scene/outbox-scene.ts';
import { begin, type Scene } from '../../scene/scene.ts';

const sender = userIdSchema.parse('someone_gone');
const owner = userIdSchema.parse('owner');
const message = (n: number) => ({
  sender,
  requestId: `old "${n}"`,
  message: `line\n${n} "é🐘"`,
  metadata: n === 0 ? '{"a":["\\n"]}' : null,
  timestamp: new Date(Date.UTC(2019, 0, 1) + n * 1000).toISOString(),
});
const batchOf = ({ groupId }: Pick<Scene, 'groupId'>, from: number, to: number): ImportBatch => ({
  groupId,
  importId: 'first',
  position: from,
  messages: Array.from({ length: to - from }, (_, at) => message(from + at)),
});
const textsOf = async (scene: Scene) =>
  (await scene.messages()).map((entry) => messageOf(entry).result.message);
const texts = (count: number) => Array.from({ length: count }, (_, n) => message(n).message);

export function importing(makeEngine: MakeEngine): void {
  describe('an import', () => {
    test('appends messages with their own senders and times, and the next entry follows them', async () => {
      await using scene = await begin(makeEngine);
      const imported = await scene.engine.imports.append(batchOf(scene, 0, 2));
      const { epoch } = (await scene.group()).head;
      expect(imported).toEqual({ type: 'imported', imported: 2, epoch, seq: 3 });
      await scene.send('owner', 'after');
      const [first, , last] = (await scene.messages()).map(messageOf);
      const { requestId, ...given } = message(0);
      expect(first).toEqual({
        request_id: requestId,
        success: true,
        result: {
          ...{ group_id: scene.groupId, from_user_id: sender, message: given.message, imported: true },
          metadata: { a: ['\n'] },
          ...{ timestamp: given.timestamp, message_id: `${epoch}-2`, epoch, seq: 2 },
        },
      });
      expect(last?.result).toMatchObject({ message: 'after', seq: 4 });
      expect(last?.result).not.toHaveProperty('imported');
    });

    test('takes each place of an import once, however the batches overlap', async () => {
      await using scene = await begin(makeEngine);
      const append = async (from: number, to: number) => {
        const outcome = await scene.engine.imports.append(batchOf(scene, from, to));
        return outcome.type === 'refused' ? outcome.failure.code : (outcome.imported ?? -1);
      };
      const asked: [number, number][] = [
        [0, 3],
        [0, 3],
        [1, 5],
        [6, 7],
        [5, 5],
        [2, 4],
        [5, 7],
      ];
      const counts: (number | string)[] = [];
      for (const [from, to] of asked) counts.push(await append(from, to));
      expect(counts).toEqual([3, 3, 5, 'conflict', 5, 5, 7]);
      expect(await textsOf(scene)).toEqual(texts(7));
    });

    test('that comes fifty times at once is taken once', async () => {
      await using scene = await begin(makeEngine);
      await Promise.all(Array.from({ length: 50 }, () => scene.engine.imports.append(batchOf(scene, 0, 4))));
      expect(await textsOf(scene)).toEqual(texts(4));
    });

    test('with another id begins anew', async () => {
      await using scene = await begin(makeEngine);
      await scene.engine.imports.append(batchOf(scene, 0, 2));
      const other = await scene.engine.imports.append({ ...batchOf(scene, 0, 1), importId: 'second' });
      expect(other).toMatchObject({ imported: 1 });
      expect(await textsOf(scene)).toEqual([...texts(2), ...texts(1)]);
    });

    test('can be asked how far it is, which begins nothing', async () => {
      await using scene = await begin(makeEngine);
      const { groupId } = scene;
      const ask = async () => {
        const question = { groupId, importId: 'first', position: 0, messages: null };
        return scene.engine.imports.append(question);
      };
      expect(await ask()).toMatchObject({ imported: null, seq: 1 });
      expect(await ask()).toMatchObject({ imported: null, seq: 1 });
      await scene.engine.imports.append(batchOf(scene, 0, 0));
      expect(await ask()).toMatchObject({ imported: 0, seq: 1 });
      await scene.engine.imports.append(batchOf(scene, 0, 2));
      expect(await ask()).toMatchObject({ imported: 2, seq: 3 });
    });

    test('adds nothing to what members have not read', async () => {
      await using scene = await begin(makeEngine);
      await scene.engine.imports.append(batchOf(scene, 0, 5));
      expect(await scene.engine.readMarks.of(scene.groupId, owner)).toMatchObject({ unread: 0 });
    });

    test('is refused in a group that is unknown or deleted', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(deleteCommand({ groupId: scene.groupId, actor: 'owner' }));
      const refusal = { type: 'refused', failure: { code: 'group_not_found' } };
      expect(await scene.engine.imports.append(batchOf(scene, 0, 1))).toEqual(refusal);
    });

    test('with a time to come leaves nothing that waits when its message is taken down', async () => {
      await using outbox = await beginOutbox(makeEngine);
      const { engine, groupId } = outbox.scene;
      const late = { ...message(0), timestamp: '2999-12-31T00:00:00.000Z' };
      const imported = await engine.imports.append({ ...batchOf(outbox.scene, 0, 1), messages: [late] });
      if (imported.type === 'refused') throw new Error(imported.failure.code);
      const target = { epoch: imported.epoch, seq: imported.seq };
      await engine.messageChanges.change(takeDownCommand({ groupId, actor: 'owner', target }));
      const { entries } = await outbox.read();
      expect(entries.map(({ entry }) => entry.type)).toEqual(['created', 'deleted']);
      expect(JSON.stringify(entries)).not.toContain('line');
    });

    test('goes to the archive, and waits while the room queue is full', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
      const { scene } = outbox;
      const append = (from: number, to: number) => scene.engine.imports.append(batchOf(scene, from, to));
      await append(0, 2);
      const refused = { type: 'refused', failure: { code: 'room_overloaded' } };
      expect(await append(2, 4)).toMatchObject(refused);
      expect(await append(0, 2)).toMatchObject({ imported: 2 });
      const { entries } = await outbox.read();
      expect(entries.map(({ entry }) => entry).slice(1)).toMatchObject([
        { imported: true },
        { imported: true },
      ]);
      await outbox.pass();
      expect(await append(2, 4)).toMatchObject({ imported: 4 });
    });
  });
}
