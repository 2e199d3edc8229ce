/** Take-downs: after the answer the text is nowhere. */
import { type Appended, isArchivedChange } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { muteCommand } from '../../commands.ts';
import { editCommand, pinCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages, MessageScene } from '../../scene/message-scene.ts';
import { beginOutbox, type OutboxScene } from '../../scene/outbox-scene.ts';

const secret = 'secret';

export function takingDown(makeEngine: MakeEngine): void {
  describe('a take-down', () => {
    test('leaves a tombstone at the seq of the message, and nothing of its text', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId } = one;
      const target = await one.send('guest', secret);
      await one.do(
        editCommand({ groupId, actor: 'guest', target, message: `${secret}!`, metadata: `{"${secret}":1}` }),
      );
      await one.do(reactCommand({ groupId, actor: 'owner', target }));
      await one.do(pinCommand({ groupId, actor: 'owner', target }));
      const done = await one.do(takeDownCommand({ groupId, actor: 'owner', target, reason: 'off topic' }));
      const history = await one.history();
      expect(history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const tombstone = history[target.seq - 1];
      const { timestamp } = history.at(-1) ?? {};
      expect(tombstone).toEqual({
        type: 'message',
        request_id: expect.any(String),
        group_id: groupId,
        from_user_id: 'guest',
        timestamp: expect.any(String),
        message_id: target.messageId,
        epoch: target.epoch,
        seq: target.seq,
        deleted: true,
        deleted_by: 'owner',
        deleted_at: timestamp,
        reason: 'off topic',
        state_seq: done.seq,
      });
      expect(await one.read(target, 'guest')).toEqual(tombstone);
      expect(JSON.stringify(history)).not.toContain(secret);
      const changes = await one.changes();
      expect(changes[0]).toMatchObject({ type: 'edited', edits: 1, deleted: true });
      expect(changes.at(-1)).toMatchObject({ type: 'deleted', reason: 'off topic', target_seq: target.seq });
      expect(await one.pins()).toEqual([]);
      expect(await one.reactors(target)).toBeNull();
    });

    test('leaves a log dense from its oldest seq, also if that is a tombstone', async () => {
      await using one = await beginMessages(makeEngine, {
        engineSettings: { ratePerSec: 1e6, rateBurst: 1e6, historyMaxEntries: 150 },
      });
      const { groupId } = one;
      const sent: Appended[] = [];
      for (let n = 0; n < 260; n += 1) sent.push(await one.send());
      const before = (await one.scene.head())?.oldestSeq ?? 0;
      const oldest = sent.filter(({ seq }) => seq >= before).slice(20, 50);
      // Each take-down adds an entry too, so the log loses its oldest meanwhile: Redis a stream node of them at a time.
      for (const target of oldest) await one.do(takeDownCommand({ groupId, actor: 'owner', target }));
      const { seq = 0, oldestSeq = 0 } = (await one.scene.head()) ?? {};
      const history = await one.history(null, oldestSeq - 1);
      expect(history.map((entry) => entry.seq)).toEqual(
        Array.from({ length: seq - oldestSeq + 1 }, (_, at) => oldestSeq + at),
      );
      expect(oldestSeq).toBeLessThanOrEqual(Math.max(before, seq - 149));
      expect(await one.history(null, oldestSeq - 2)).toEqual(history);
    });

    test('is final: again it gives the same place, and every other change finds no message', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const target = await one.send();
      const on = { groupId, actor: 'owner', target };
      const first = await one.do(takeDownCommand(on));
      const again = await one.do(takeDownCommand({ ...on, actor: SERVICE, reason: 'other' }));
      expect(again).toEqual({ ...first, isDuplicate: true });
      for (const command of [editCommand(on), reactCommand(on), pinCommand(on)]) {
        expect(await one.verdict(command)).toBe('message_not_found');
      }
      expect(await one.history()).toHaveLength(3);
    });

    test('by the author is possible while it is muted', async () => {
      await using one = await beginMessages(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      const { groupId } = one;
      const target = await one.send('guest');
      await one.scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await one.verdict(editCommand({ groupId, actor: 'guest', target }))).toBe('muted');
      expect(await one.verdict(takeDownCommand({ groupId, actor: 'guest', target }))).toBe('done');
    });

    test('is possible while the room queue is full, which no edit and no reaction is', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 2 });
      const one = new MessageScene(outbox.scene);
      const { groupId } = one;
      const target = await one.send();
      const on = { groupId, actor: 'owner', target };
      expect(await one.verdict(editCommand(on))).toBe('room_overloaded');
      expect(await one.verdict(reactCommand(on))).toBe('room_overloaded');
      expect(await one.verdict(takeDownCommand(on))).toBe('done');
    });
  });

  describe('a take-down of what waits for an adapter', () => {
    /** A message and its edit, beside a message that stays. */
    async function waiting(outbox: OutboxScene) {
      const one = new MessageScene(outbox.scene);
      const target = await one.send('owner', secret);
      await one.send('owner', 'stays');
      await one.do(editCommand({ groupId: one.groupId, actor: 'owner', target, message: `${secret}!` }));
      return { one, target, command: takeDownCommand({ groupId: one.groupId, actor: 'owner', target }) };
    }

    test('leaves no text in the outbox, and the archive learns of the tombstone', async () => {
      await using outbox = await beginOutbox(makeEngine, {
        kinds: ['archive', 'notifier'],
        roomQueueLimit: 6,
      });
      const { one, target, command } = await waiting(outbox);
      const { outbox: port } = outbox.scene.engine;
      const { groupId } = outbox.scene;
      const messages = [{ groupId, messageId: target.messageId }];
      expect(await port.takenDown(outbox.lease.partition, messages)).toEqual(new Set());
      await one.do(command);
      for (const kind of ['archive', 'notifier'] as const) {
        const { entries } = await outbox.read(kind);
        // The edit stays, so that the archived log has no hole.
        expect(entries.map(({ entry }) => entry.type).sort()).toEqual([
          'created',
          'deleted',
          'edited',
          'message',
        ]);
        expect(JSON.stringify(entries)).not.toContain(secret);
      }
      const changes = (await outbox.read()).entries.map(({ entry }) => entry).filter(isArchivedChange);
      expect(changes.find(({ type }) => type === 'deleted')).toMatchObject({
        message_id: `${target.epoch}-5`,
        target: {
          message_id: target.messageId,
          sent: { from_user_id: 'owner', request_id: expect.any(String), timestamp: expect.any(String) },
        },
      });
      expect(await port.takenDown(outbox.lease.partition, messages)).toEqual(new Set([target.messageId]));
      // Four entries wait, so two more have room.
      for (const text of ['a', 'b']) await one.send('owner', text);
      expect(await outbox.scene.send('owner')).toMatchObject({ failure: { code: 'room_overloaded' } });
    });

    test('counts nothing twice when its owner commits what it has read before', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 4 });
      const { one, command } = await waiting(outbox);
      const { cursor, endOffset, entries } = await outbox.read();
      await one.do(command);
      const [, first] = entries;
      const retries = [
        {
          messageId: first?.entry.message_id ?? '',
          offset: first?.offset ?? '',
          attempts: 1,
          delayMs: 0,
          membersCursor: null,
        },
      ];
      const commit = { expectedCursor: cursor, cursor: endOffset, passed: entries, retries };
      expect(await outbox.pass(commit)).toBe('committed');
      const { entries: left, retries: due } = await outbox.read();
      const types = left.map(({ entry }) => entry.type).sort();
      expect({ types, due }).toEqual({ types: ['deleted', 'edited'], due: [] });
      for (const text of ['a', 'b']) await one.send('owner', text);
      expect(await outbox.scene.send('owner')).toMatchObject({ failure: { code: 'room_overloaded' } });
    });

    test('removes retries and dead letters too', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
      const { groupId } = outbox.scene;
      const one = new MessageScene(outbox.scene);
      await outbox.bury(secret);
      const [letter] = await outbox.letters();
      const retried = await outbox.setAside(groupId, `${secret}!`);
      for (const id of [letter?.messageId ?? '', retried]) {
        const target = { epoch: id.replace(/-\d+$/, ''), seq: Number(/\d+$/.exec(id)?.[0]) };
        await one.do(takeDownCommand({ groupId, actor: 'owner', target }));
      }
      expect(await outbox.letters()).toEqual([]);
      const { entries, retries, retrying } = await outbox.read();
      expect(entries.map(({ entry }) => entry.type)).toEqual(['deleted', 'deleted']);
      expect({ retries, retrying }).toEqual({ retries: [], retrying: 0 });
      await one.send();
      expect(await outbox.scene.send('owner')).toMatchObject({ failure: { code: 'room_overloaded' } });
    });
  });
}
