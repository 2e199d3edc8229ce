/** Messages that only an archive has: what the store still knows of them, and their take-downs. */
import { type ArchivedMessage, isArchivedChange, type MessageTarget, type TakeDown } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { joinCommand, messageDraft, updateCommand } from '../../commands.ts';
import { editCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { MessageScene } from '../../scene/message-scene.ts';
import { beginOutbox, type OutboxScene } from '../../scene/outbox-scene.ts';

const groupId = 'room:one';
const guest = userIdSchema.parse('guest');
const sent = { request_id: 'r1', from_user_id: guest, timestamp: '2025-01-01T00:00:00.000Z' };
const archived: ArchivedMessage = { sent, isImported: false, takenDown: null };

/** A group with `guest`, whose log has three entries. */
async function begin(
  makeEngine: MakeEngine,
): Promise<{ readonly outbox: OutboxScene; readonly one: MessageScene }> {
  const outbox = await beginOutbox(makeEngine);
  const { scene } = outbox;
  await scene.do(joinCommand({ groupId, userId: 'guest' }));
  await scene.do(updateCommand({ groupId, actor: 'owner', retention: { maxEntries: 3, maxAgeMs: null } }));
  return { outbox, one: new MessageScene(scene) };
}

const stateOf = async (one: MessageScene, { epoch, seq }: MessageTarget, reader: string | null = null) => {
  const { messageChanges } = one.scene.engine;
  const user = reader === null ? null : userIdSchema.parse(reader);
  const states = await messageChanges.states(one.scene.groupId, [{ epoch, seq }], user);
  return states.get(`${epoch}-${seq}`);
};

/** A message of `guest` that the log has lost. */
async function lost(one: MessageScene): Promise<MessageTarget> {
  const target = await one.send('guest', 'old');
  for (let at = 0; at < 3; at += 1) await one.send();
  expect(await one.read(target)).toBeNull();
  return target;
}

const takeDown = (
  target: MessageTarget,
  given: Partial<TakeDown> & { readonly by?: string } = {},
): TakeDown => ({
  ...takeDownCommand({ groupId, actor: given.by ?? 'guest', target }),
  ...given,
});

export function archivedMessages(makeEngine: MakeEngine): void {
  describe('what readers of an archive have to know', () => {
    test('is a take-down until the archive has its entry, and longer', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const target = await one.send('guest', 'secret');
      await outbox.pass();
      expect(await stateOf(one, target)).toBeUndefined();
      const { seq } = await one.do(takeDownCommand({ groupId, actor: 'owner', target, reason: 'spam' }));
      const known = {
        type: 'taken_down',
        deletedBy: 'owner',
        deletedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        reason: 'spam',
        stateSeq: seq,
      };
      expect(await stateOf(one, target)).toEqual(known);
      for (let at = 0; at < 5; at += 1) await one.send();
      expect(await stateOf(one, target, 'guest')).toEqual(known);
      expect(await outbox.pass()).toBe('committed');
      expect(await stateOf(one, target)).toEqual(known);
      expect(await stateOf(one, { ...target, epoch: 'f'.repeat(16) })).toBeUndefined();
    });

    test('is a take-down also when its entry becomes a dead letter, and when that is delivered', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const target = await one.send('guest', 'secret');
      await outbox.pass();
      await one.do(takeDown(target));
      const [entry] = (await outbox.read()).entries;
      const refused = { messageId: entry?.entry.message_id ?? '', attempts: 1, offset: entry?.offset ?? '' };
      await outbox.pass({ deadLetters: [{ ...refused, reason: 'no' }] });
      expect(await stateOf(one, target)).toMatchObject({ type: 'taken_down' });
      const [letter] = await outbox.letters();
      await one.scene.engine.deadLetters.retry(letter?.id ?? '');
      const { retries } = await outbox.read();
      expect(retries).toHaveLength(1);
      await outbox.stay({ deliveredRetries: retries.map(({ messageId }) => messageId) });
      expect(await stateOf(one, target)).toMatchObject({ type: 'taken_down' });
    });

    test('is an edit with the reactions, as long as the log has the newest of them', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const target = await one.send('guest', 'first');
      await one.do(reactCommand({ groupId, actor: 'owner', target }));
      expect(await stateOf(one, target)).toMatchObject({ type: 'changed', edit: null });
      const edit = { message: 'second', metadata: '{"a":1}', mentions: ['owner'] };
      const { seq } = await one.do(editCommand({ groupId, actor: 'guest', target, ...edit }));
      await one.send();
      await one.send();
      expect(await one.read(target)).toBeNull();
      const known = {
        type: 'changed',
        stateSeq: seq,
        edit: {
          edits: 1,
          editedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          body: { message: 'second', metadata: { a: 1 }, mentions: ['owner'] },
        },
      };
      expect(await stateOf(one, target)).toEqual({ ...known, reactions: { '👍': { count: 1 } } });
      const mine = { '👍': { count: 1, me: true } };
      expect(await stateOf(one, target, 'owner')).toEqual({ ...known, reactions: mine });
      await one.do(takeDown(target, { archived }));
      expect(await stateOf(one, target)).toMatchObject({ type: 'taken_down' });
      expect(JSON.stringify(await one.history())).not.toContain('second');
    });
  });

  describe('a take-down of what only an archive has', () => {
    test('is an entry with what the archive needs of the message, and again it gives its place', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const target = await lost(one);
      await outbox.pass();
      const done = await one.do(takeDown(target, { archived }));
      expect((await one.changes()).at(-1)).toMatchObject({
        type: 'deleted',
        target_seq: target.seq,
        seq: done.seq,
      });
      const waiting = (await outbox.read()).entries.map(({ entry }) => entry).filter(isArchivedChange);
      expect(waiting).toMatchObject([
        { type: 'deleted', target: { message_id: `${target.epoch}-${target.seq}`, sent } },
      ]);
      expect(await stateOf(one, target)).toMatchObject({ deletedBy: 'guest', stateSeq: done.seq });
      const again = await one.do(takeDown(target, { by: SERVICE, archived }));
      expect(again).toEqual({ ...done, isDuplicate: true });
      const before = { epoch: target.epoch, seq: 7 };
      const other = await lost(one);
      expect(await one.do(takeDown(other, { archived: { ...archived, takenDown: before } }))).toMatchObject({
        ...before,
        isDuplicate: true,
      });
    });

    test('says what the archive needs of the message if the message waits for it still', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const { messageChanges } = one.scene.engine;
      const sentOf = async ({ seq }: { readonly seq: number }) => {
        const { entries } = await outbox.read();
        const found = entries.map(({ entry }) => entry).find((entry) => entry.seq === seq);
        return found !== undefined && isArchivedChange(found) ? found.target.sent : null;
      };
      const ways: Readonly<Record<string, (target: MessageTarget) => Promise<TakeDown>>> = {
        'that has reached its end': async (target) => takeDown(target, { by: SERVICE, isExpired: true }),
        'whose author asks': async (target) => takeDown(target, { archived: 'unknown' }),
        'that was edited': async (target) => takeDown(target),
      };
      for (const [way, commandOf] of Object.entries(ways)) {
        const target = await one.send('guest', 'secret');
        for (let at = 0; at < 2; at += 1) await one.send();
        if (way === 'that was edited') await one.do(editCommand({ groupId, actor: 'guest', target }));
        await one.send();
        expect(await one.read(target)).toBeNull();
        const command = await commandOf(target);
        const { actor, isExpired } = command;
        expect(await messageChanges.admit({ ...command, actor, isExpired: isExpired === true }), way).toEqual(
          {
            type: 'admitted',
          },
        );
        const done = await one.do(command);
        expect(await sentOf(done), way).toMatchObject({ from_user_id: 'guest' });
        expect(JSON.stringify((await outbox.read()).entries), way).not.toContain('secret');
      }
    });

    test('finds a message that the archive has refused', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const refused = async () => {
        const target = await one.send('guest', 'secret');
        const last = (await outbox.read()).entries.at(-1);
        return {
          target,
          refusal: { messageId: last?.entry.message_id ?? '', attempts: 1, offset: last?.offset ?? '' },
        };
      };
      const retried = await refused();
      await outbox.pass({ retries: [{ ...retried.refusal, delayMs: 0, membersCursor: null }] });
      const dead = await refused();
      await outbox.pass({ deadLetters: [{ ...dead.refusal, reason: 'no' }] });
      for (let at = 0; at < 3; at += 1) await one.send();
      for (const { target } of [retried, dead]) {
        expect(await one.verdict(takeDown(target, { by: 'eve', archived: 'unknown' }))).toBe('not_a_member');
        await one.do(takeDown(target, { archived: 'unknown' }));
      }
      const { entries, retries } = await outbox.read();
      const changes = entries.map(({ entry }) => entry).filter(isArchivedChange);
      expect(changes.map(({ target }) => target.sent?.from_user_id)).toEqual(['guest', 'guest']);
      expect(retries).toEqual([]);
      expect(await outbox.letters()).toEqual([]);
    });

    test('is for its author, admins and the service', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      await one.scene.do(joinCommand({ groupId, userId: 'other' }));
      const target = await lost(one);
      expect(await one.verdict(takeDown(target, { by: 'other', archived }))).toBe('not_author');
      expect(await one.verdict(takeDown(target, { by: 'eve', archived }))).toBe('not_a_member');
      expect(await one.verdict(takeDown(target, { by: 'owner', archived }))).toBe('done');
      expect(await one.verdict(takeDown(await lost(one), { by: SERVICE, archived }))).toBe('done');
      expect(await one.verdict(takeDown(await lost(one), { archived }))).toBe('done');
    });

    test('needs the archive only where the log has lost the message', async () => {
      const { outbox, one } = await begin(makeEngine);
      await using _ = outbox;
      const target = await lost(one);
      await outbox.pass();
      const unknown = { archived: 'unknown' } as const;
      expect(await one.change(takeDown(target, unknown))).toMatchObject({ isBelowLog: true });
      expect(await one.change(takeDown(target))).not.toHaveProperty('isBelowLog');
      const { seq, epoch } = await one.send('guest');
      for (const other of [
        { epoch, seq: seq + 1 },
        { epoch: '', seq: 0 },
      ]) {
        const outcome = await one.change(takeDown(other, unknown));
        expect(outcome).toMatchObject({ failure: { code: 'message_not_found' } });
        expect(outcome).not.toHaveProperty('isBelowLog');
        expect(await one.verdict(takeDown(other, { archived }))).toBe('message_not_found');
      }
      expect(await one.verdict(takeDown({ epoch, seq }, { ...unknown, by: 'eve' }))).toBe('not_a_member');
      expect(await one.verdict(takeDown({ epoch, seq }, unknown))).toBe('done');
    });

    test('takes a token of a user before the archive is asked', async () => {
      await using outbox = await beginOutbox(
        (settings) =>
          makeEngine({ ...settings, changeRatePerSec: 0.001, changeRateBurst: 3, historyMaxEntries: 100 }),
        {},
      );
      const { log } = outbox.scene.engine;
      const first = await log.append(messageDraft({ groupId, sender: 'owner', message: 'old' }));
      for (let at = 0; at < 300; at += 1) await outbox.scene.send('owner');
      while ((await outbox.read()).entries.length > 0) await outbox.pass();
      const one = new MessageScene(outbox.scene);
      const target = { epoch: first.type === 'appended' ? first.epoch : '', seq: 2 };
      expect(await one.read(target)).toBeNull();
      const asked = (by: string) => one.change(takeDown(target, { by, archived: 'unknown' }));
      expect(await asked('owner')).toMatchObject({ isBelowLog: true });
      expect(await asked('owner')).toMatchObject({ isBelowLog: true });
      expect(await asked('owner')).toMatchObject({ failure: { code: 'rate_limited' } });
      expect(await asked(SERVICE)).toMatchObject({ isBelowLog: true });
      const paid = { by: 'owner', archived, isAdmitted: true };
      expect(await one.verdict(takeDown(target, paid))).toBe('done');
    });
  });
}
