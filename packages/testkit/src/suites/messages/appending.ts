/** Open messages: what their author appends reaches each reader once, live or read anew. */
import { type Appended, MessageTimer, partitionOf } from '@plenum/core';
import { isMessageEvent, limits } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { joinCommand, kickCommand, leaveCommand, messageDraft, muteCommand } from '../../commands.ts';
import { appendCommand, editCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages, MessageScene } from '../../scene/message-scene.ts';
import { beginOutbox } from '../../scene/outbox-scene.ts';
import { expectAppended } from '../../scene/scene.ts';

const groupId = 'room:one';
const quotes = ' "\\\n☃😀';

async function open({ scene }: MessageScene, sender = 'guest', message = 'So'): Promise<Appended> {
  const given = messageDraft({ groupId, sender, message, extras: { isOpen: true } });
  return expectAppended(await scene.engine.log.append(given));
}

const begin = (makeEngine: MakeEngine, options: Parameters<typeof beginMessages>[1] = {}) =>
  beginMessages(makeEngine, {
    groupType: 'strict_private',
    users: { guest: 'active' },
    ...options,
    engineSettings: { appendRatePerSec: 1e6, appendRateBurst: 1e6, ...options.engineSettings },
  });

const runTimer = ({ scene }: MessageScene) => {
  const { timedMessages: timed, messageChanges: changes } = scene.engine;
  return new MessageTimer({ timed, changes }).run(partitionOf(scene.groupId));
};

export function appending(makeEngine: MakeEngine): void {
  describe('an open message', () => {
    test('has the text so far at its own seq, and each entry its own text', async () => {
      await using one = await begin(makeEngine);
      const target = await open(one);
      const by = { groupId, actor: 'guest', target };
      expect(await one.read(target)).toMatchObject({ message: 'So', open: true });
      await one.do(appendCommand({ ...by, text: quotes }));
      await one.do(reactCommand({ groupId, actor: 'owner', target }));
      const second = await one.do(appendCommand({ ...by, text: ' it ends' }));
      expect(second.count).toBe(Buffer.byteLength(`${quotes} it ends`));
      expect(await one.read(target)).toMatchObject({
        message: `So${quotes} it ends`,
        open: true,
        state_seq: second.seq,
      });
      const last = await one.do(appendCommand({ ...by, text: '', isDone: true }));
      const whole = await one.read(target);
      expect(whole).toMatchObject({ message: `So${quotes} it ends`, state_seq: last.seq });
      expect(whole).not.toHaveProperty('open');
      expect(whole).not.toHaveProperty('edits');
      expect((await one.changes()).filter(({ type }) => type === 'appended')).toMatchObject([
        { text: quotes },
        { text: ' it ends' },
        { done: true },
      ]);
      expect(await one.verdict(appendCommand(by))).toBe('message_closed');
    });

    test('is read by a device that resumes anywhere with each byte once', async () => {
      await using one = await begin(makeEngine);
      const target = await open(one);
      let whole = 'So';
      for (let at = 0; at < 60; at += 1) {
        const text = `${at} `.repeat(40);
        whole += text;
        await one.do(appendCommand({ groupId, actor: 'guest', target, text }));
      }
      for (const after of [target.seq - 1, target.seq, target.seq + 1, target.seq + 30, target.seq + 60]) {
        let text = after < target.seq ? '' : whole.slice(0, 2) + pieces(whole, after - target.seq);
        let stateSeq = after;
        for (const entry of await one.history('owner', after)) {
          if (entry.type === 'message' && 'message' in entry && entry.message !== undefined) {
            text = entry.message;
            stateSeq = entry.state_seq ?? entry.seq;
          } else if (isMessageEvent(entry) && entry.seq > stateSeq) text += entry.text ?? '';
        }
        expect(text).toBe(whole);
      }
    });

    test('takes texts of several requests as one entry, and none of them twice', async () => {
      await using one = await begin(makeEngine);
      const target = await open(one);
      const by = { groupId, actor: 'guest', target };
      const [a, b, c] = ['a', 'b', 'c'].map((text) => appendCommand({ ...by, text }));
      if (a === undefined || b === undefined || c === undefined) return;
      const first = await one.do({ ...a, text: 'abc', also: [b.request, c.request] });
      for (const again of [a, b, c]) expect(await one.do(again)).toEqual({ ...first, isDuplicate: true });
      const d = appendCommand({ ...by, text: 'd' });
      expect(await one.verdict({ ...d, text: 'dc', also: [c.request] })).toBe('conflict');
      await one.do(d);
      expect(await one.read(target)).toMatchObject({ message: 'Soabcd' });
    });

    test('is appended to by its author only, while it may send', async () => {
      await using one = await begin(makeEngine);
      const target = await open(one);
      const plain = await one.send('guest');
      expect(await one.verdict(appendCommand({ groupId, actor: 'owner', target }))).toBe('not_author');
      expect(await one.verdict(appendCommand({ groupId, actor: 'guest', target: plain }))).toBe(
        'message_closed',
      );
      expect(
        await one.verdict(appendCommand({ groupId, actor: 'guest', target: { ...target, seq: 99 } })),
      ).toBe('message_not_found');
      await one.scene.do(muteCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await one.verdict(appendCommand({ groupId, actor: 'guest', target }))).toBe('muted');
      expect(await one.read(target)).toMatchObject({ message: 'So', open: true });
    });

    test('holds 65,536 appended bytes', async () => {
      await using one = await begin(makeEngine);
      const target = await open(one);
      const by = { groupId, actor: 'guest', target };
      for (let at = 0; at < 16; at += 1) await one.do(appendCommand({ ...by, text: 'é'.repeat(2048) }));
      expect(await one.change(appendCommand({ ...by, text: 'x' }))).toMatchObject({
        failure: { code: 'message_too_large', details: { field: 'text', limit: limits.appendedMaxBytes } },
      });
      expect((await one.do(appendCommand({ ...by, text: '', isDone: true }))).count).toBe(
        limits.appendedMaxBytes,
      );
    });

    test('loses all of its text by a take-down, and what was appended by an edit, which closes it', async () => {
      await using one = await begin(makeEngine);
      const [gone, edited] = [await open(one, 'guest', 'secret'), await open(one)];
      for (const target of [gone, edited]) {
        await one.do(appendCommand({ groupId, actor: 'guest', target, text: 'secret '.repeat(500) }));
      }
      await one.do(takeDownCommand({ groupId, actor: 'guest', target: gone }));
      await one.do(editCommand({ groupId, actor: 'guest', target: edited, message: 'So' }));
      const history = await one.history();
      expect(JSON.stringify(history)).not.toContain('secret');
      expect(await one.read(edited)).toMatchObject({ message: 'So', edits: 1 });
      expect(await one.read(edited)).not.toHaveProperty('open');
      const [first, second] = await one.changes();
      expect(first).toMatchObject({ type: 'appended', deleted: true });
      expect(second).not.toHaveProperty('deleted');
      for (const [target, code] of [
        [gone, 'message_not_found'],
        [edited, 'message_closed'],
      ] as const) {
        expect(await one.verdict(appendCommand({ groupId, actor: 'guest', target }))).toBe(code);
      }
    });

    test.each(['leave', 'kick', 'removal by a batch'])(
      'is closed by the owner of the partition after a %s of its author',
      async (how) => {
        await using one = await begin(makeEngine);
        const [target, other] = [await open(one), await open(one, 'owner')];
        await one.do(appendCommand({ groupId, actor: 'guest', target, text: ' far' }));
        await runTimer(one);
        expect(await one.read(target)).toMatchObject({ open: true });
        const onGuest = { groupId, userId: 'guest' };
        if (how === 'leave') await one.scene.do(leaveCommand(onGuest));
        else if (how === 'kick') await one.scene.do(kickCommand({ ...onGuest, actor: 'owner' }));
        else await one.scene.changeMembers({ remove: ['guest'] });
        await Promise.all([runTimer(one), runTimer(one)]);
        expect(await one.read(target)).not.toHaveProperty('open');
        expect(await one.read(target)).toMatchObject({ message: 'So far' });
        expect(await one.read(other)).toMatchObject({ open: true });
        expect((await one.changes()).filter(({ done }) => done)).toMatchObject([{ actor_id: '$service' }]);
      },
    );

    test('is closed after its author has left while the room queue is full, which no append is', async () => {
      await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 4 });
      const one = new MessageScene(outbox.scene);
      await one.scene.do(joinCommand({ groupId, userId: 'guest' }));
      const target = await open(one);
      await one.scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await runTimer(one);
      expect(await one.read(target)).not.toHaveProperty('open');
      expect((await one.changes()).map(({ done }) => done)).toEqual([true]);
      const own = await one.change(appendCommand({ groupId, actor: 'owner', target }));
      expect(own).toMatchObject({ failure: { code: 'not_author' } });
    });

    test('is closed if its author leaves while the owner looks at the others', async () => {
      await using one = await begin(makeEngine, { users: { guest: 'active', other: 'active' } });
      const [first, second] = [await open(one), await open(one, 'other')];
      const { timedMessages: timed, messageChanges: changes } = one.scene.engine;
      await one.scene.do(leaveCommand({ groupId, userId: 'guest' }));
      const settle: typeof timed.settle = async (...ended) => {
        await one.scene.do(leaveCommand({ groupId, userId: 'other' }));
        await timed.settle(...ended);
      };
      const looking = { due: timed.due.bind(timed), settle };
      await new MessageTimer({ timed: looking, changes }).run(partitionOf(one.scene.groupId));
      await runTimer(one);
      for (const target of [first, second]) expect(await one.read(target)).not.toHaveProperty('open');
    });

    test('is closed if its author leaves meanwhile without an entry', async () => {
      const counting = { membershipEvents: 'counts', users: { guest: 'active', other: 'active' } } as const;
      await using one = await begin(makeEngine, counting);
      const [first, second] = [await open(one), await open(one, 'other')];
      const { timedMessages: timed, messageChanges: changes } = one.scene.engine;
      await one.scene.do(leaveCommand({ groupId, userId: 'guest' }));
      const looking: typeof timed = {
        due: async (...given) => {
          const found = await timed.due(...given);
          await one.scene.do(leaveCommand({ groupId, userId: 'other' }));
          return found.filter(({ target }) => target.seq !== second.seq);
        },
        settle: timed.settle.bind(timed),
      };
      await new MessageTimer({ timed: looking, changes }).run(partitionOf(one.scene.groupId));
      await runTimer(one);
      for (const target of [first, second]) expect(await one.read(target)).not.toHaveProperty('open');
    });
  });
}

/** What the first so many entries have appended. */
const pieces = (whole: string, count: number): string =>
  Array.from({ length: Math.max(0, count) }, (_, at) => `${at} `.repeat(40))
    .join('')
    .slice(0, whole.length);
