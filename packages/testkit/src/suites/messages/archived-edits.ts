/** Edits of messages that only an archive has. */
import type { Appended, ArchivedText, EditMessage, MessageChanged, MessageTarget } from '@plenum/core';
import { type MessageEvent, SERVICE, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { joinCommand, messageDraft, updateCommand } from '../../commands.ts';
import { appendCommand, editCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { MessageScene } from '../../scene/message-scene.ts';
import { beginOutbox, type OutboxScene } from '../../scene/outbox-scene.ts';
import { expectAppended } from '../../scene/scene.ts';

const groupId = 'room:one';
const guest = userIdSchema.parse('guest');
const anyTime = expect.stringMatching(/^\d{4}-.*Z$/);

interface Stage extends AsyncDisposable {
  readonly outbox: OutboxScene;
  readonly one: MessageScene;
}

/** A group with `guest`, whose log has three entries. */
async function begin(makeEngine: MakeEngine): Promise<Stage> {
  const outbox = await beginOutbox(makeEngine);
  await outbox.scene.do(joinCommand({ groupId, userId: 'guest' }));
  const retention = { maxEntries: 3, maxAgeMs: null };
  await outbox.scene.do(updateCommand({ groupId, actor: 'owner', retention }));
  const dispose = () => Promise.resolve(outbox[Symbol.asyncDispose]());
  return { outbox, one: new MessageScene(outbox.scene), [Symbol.asyncDispose]: dispose };
}

async function lose(one: MessageScene, target: MessageTarget): Promise<void> {
  for (let at = 0; at < 3; at += 1) await one.send();
  expect(await one.read(target)).toBeNull();
}

/** As `lose`; and the next change removes what is no longer needed of it. */
async function forget(one: MessageScene, target: MessageTarget): Promise<void> {
  await lose(one, target);
  await one.do(reactCommand({ groupId, actor: 'owner', target: await one.send() }));
}

/** A message of `guest` that the log has lost and the archive has. */
async function lost({ outbox, one }: Stage): Promise<Appended> {
  const target = await one.send('guest', 'old');
  await lose(one, target);
  await outbox.pass();
  return target;
}

/** By the clock of the engine, which wrote the newest entry just now. */
async function timeAgo({ one }: Stage, ms: number): Promise<string> {
  const newest = (await one.history()).at(-1)?.timestamp ?? '';
  return new Date(Date.parse(newest) - ms).toISOString();
}

const lostOf = async ({ one }: Stage, { epoch, seq }: MessageTarget) => {
  const found = await one.scene.engine.messageChanges.lost(one.scene.groupId, { epoch, seq });
  if (found === null) throw new Error('there is no such group');
  return found;
};

/** What an archive shows that has got everything. */
async function archivedAt(
  stage: Stage,
  { epoch, seq }: MessageTarget,
  shown: Partial<ArchivedText['shown']> = {},
): Promise<ArchivedText> {
  const { throughSeq, isArchived } = await lostOf(stage, { epoch, seq });
  expect(isArchived).toBe(true);
  const ids = { group_id: stage.one.scene.groupId, message_id: `${epoch}-${seq}`, epoch, seq };
  const sent = { from_user_id: guest, message: 'old', timestamp: await timeAgo(stage, 0) };
  return {
    shown: { type: 'message', request_id: 'r', ...sent, ...ids, ...shown },
    state: { epoch, seq: shown.state_seq ?? seq },
    throughSeq,
  };
}

const edit = (target: MessageTarget, given: Partial<EditMessage> & { readonly by?: string } = {}) => ({
  ...editCommand({ groupId, actor: given.by ?? 'guest', target, message: 'new' }),
  ...given,
});

const known = async ({ one }: Stage, { epoch, seq }: MessageTarget) => {
  const { messageChanges } = one.scene.engine;
  return (await messageChanges.states(one.scene.groupId, [{ epoch, seq }], null)).get(`${epoch}-${seq}`);
};

const lastChange = async ({ one }: Stage): Promise<MessageEvent | undefined> => (await one.changes()).at(-1);

export function archivedEdits(makeEngine: MakeEngine): void {
  describe('an edit of what only an archive has', () => {
    test('is an entry with the number that follows, and shown in place of what the archive has', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await lost(stage);
      const shown = { edits: 4, edited_at: '2025-01-01T00:00:00.000Z', state_seq: 8, metadata: { a: 1 } };
      const archived = await archivedAt(stage, target, { ...shown, reactions: { '👍': { count: 2 } } });
      const done = await one.do(edit(target, { archived }));
      expect(done).toMatchObject({ edits: 5, isDuplicate: false });
      const changed = { type: 'edited', message: 'new', metadata: { a: 1 }, edits: 5, seq: done.seq };
      expect(await lastChange(stage)).toMatchObject(changed);
      const waiting = (await outbox.read()).entries.at(-1)?.entry;
      expect(waiting).toMatchObject({ type: 'edited', message: 'new', metadata: { a: 1 }, edits: 5 });
      const body = { message: 'new', metadata: { a: 1 } };
      expect(await known(stage, target)).toEqual({
        type: 'changed',
        stateSeq: done.seq,
        edit: { edits: 5, editedAt: anyTime, body },
        reactions: null,
      });
    });

    test('continues the one before, whatever the archive has got of that', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      const archived = await archivedAt(stage, target);
      const first = await one.do(edit(target, { archived }));
      const second = await one.do(edit(target, { archived, message: 'newer' }));
      expect([first.edits, second.edits]).toEqual([1, 2]);
      const again = await one.do(edit(target, { archived, message: 'newer' }));
      expect(again).toMatchObject({ isDuplicate: true, edits: 2, seq: second.seq });
      const repeated = edit(target, { archived });
      const once = await one.do(repeated);
      expect(await one.do(repeated)).toEqual({ ...once, isDuplicate: true });
    });

    test('writes nothing if the archive shows that text already', async () => {
      await using stage = await begin(makeEngine);
      const target = await lost(stage);
      const shown = { edits: 2, edited_at: '2025-01-01T00:00:00.000Z', state_seq: 7, message: 'new' };
      const archived = await archivedAt(stage, target, shown);
      const before = await stage.one.changes();
      const at = { edits: 2, seq: 7, editedAtMs: Date.parse(shown.edited_at), isDuplicate: true };
      expect(await stage.one.do(edit(target, { archived }))).toMatchObject(at);
      expect(await stage.one.changes()).toEqual(before);
    });

    test('is refused as one in the log is', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      const archived = await archivedAt(stage, target);
      const past = await timeAgo(stage, 1000);
      const old = await timeAgo(stage, 25 * 3_600_000);
      const verdicts = {
        not_author: edit(target, { archived, by: 'owner', actor: userIdSchema.parse('owner') }),
        not_a_member: edit(target, { archived, by: 'eve', actor: userIdSchema.parse('eve') }),
        edit_window_over: edit(target, { archived: await archivedAt(stage, target, { timestamp: old }) }),
        message_not_found: edit(target, { archived: await archivedAt(stage, target, { expires_at: past }) }),
      };
      for (const [code, command] of Object.entries(verdicts)) expect(await one.verdict(command)).toBe(code);
      for (const other of [
        { epoch: target.epoch, seq: target.seq + 99 },
        { epoch: 'f'.repeat(16), seq: target.seq },
        { epoch: '', seq: 0 },
      ]) {
        for (const given of [archived, 'unknown'] as const) {
          const outcome = await one.change(edit(other, { archived: given }));
          expect(outcome).toMatchObject({ failure: { code: 'message_not_found' } });
          expect(outcome).not.toHaveProperty('isBelowLog');
        }
      }
    });

    test('asks for the archive only where the log has lost the message', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      const unknown = { archived: 'unknown' } as const;
      expect(await one.change(edit(target, unknown))).toMatchObject({ isBelowLog: true });
      const without = await one.change(edit(target));
      expect(without).toMatchObject({ failure: { code: 'message_not_found' } });
      expect(without).not.toHaveProperty('isBelowLog');
      expect(await one.verdict(edit(await one.send('guest'), unknown))).toBe('done');
    });

    test('is no edit of a message that was taken down, also before the archive has that', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      const archived = await archivedAt(stage, target);
      const { request_id, from_user_id, timestamp } = archived.shown;
      const sent = { request_id, from_user_id, timestamp };
      const down = { archived: { sent, isImported: false, takenDown: null } };
      await one.do({ ...takeDownCommand({ groupId, actor: 'guest', target }), ...down });
      for (const given of [archived, 'unknown'] as const)
        expect(await one.change(edit(target, { archived: given }))).toMatchObject({
          failure: { code: 'message_not_found' },
        });
    });

    test('loses its text with the message', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await lost(stage);
      await one.do(edit(target, { archived: await archivedAt(stage, target), message: 'secret' }));
      await one.do(takeDownCommand({ groupId, actor: 'guest', target }));
      const doors = [await one.history(), await outbox.read(), await known(stage, target)];
      expect(JSON.stringify(doors)).not.toContain('secret');
      expect(await known(stage, target)).toMatchObject({ type: 'taken_down' });
    });

    test('is found among what its author wrote', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      await one.do(edit(target, { archived: await archivedAt(stage, target) }));
      const found = await one.scene.engine.messageChanges.writtenBy(one.scene.groupId, guest, {
        afterSeq: 0,
      });
      expect(found.targets).toEqual([{ epoch: target.epoch, seq: target.seq }]);
    });

    test('leaves what was appended to be found, also where its beginning is lost', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const draft = messageDraft({ groupId, sender: 'guest', extras: { isOpen: true } });
      const target = expectAppended(await one.scene.engine.log.append(draft));
      await one.do(appendCommand({ groupId, actor: 'guest', target, text: 'secret' }));
      for (let at = 0; at < 2; at += 1) await one.send();
      expect(await one.read(target)).toBeNull();
      expect(JSON.stringify(await one.history())).toContain('secret');
      const written = await one.scene.engine.messageChanges.writtenBy(one.scene.groupId, guest, {
        afterSeq: 0,
      });
      expect(written.targets).toEqual([{ epoch: target.epoch, seq: target.seq }]);
      await one.do(takeDownCommand({ groupId, actor: SERVICE, target }));
      expect(JSON.stringify(await one.history())).not.toContain('secret');
    });

    test('mentions users without making that unread', async () => {
      await using stage = await begin(makeEngine);
      const { one } = stage;
      const target = await lost(stage);
      const archived = await archivedAt(stage, target);
      const mentions = ['owner', 'eve'].map((user) => userIdSchema.parse(user));
      const done = await one.do(edit(target, { archived, mentions }));
      expect(done.mentionsDropped).toEqual(['eve']);
      expect(await lastChange(stage)).toMatchObject({ mentions: ['owner'] });
      const mark = await one.scene.engine.readMarks.of(one.scene.groupId, userIdSchema.parse('owner'));
      expect(mark?.unreadMentions ?? 0).toBe(0);
    });
  });

  describe('what an archive shows is enough for an edit', () => {
    test('if nothing that the log has lost waits for it', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await one.send('guest', 'old');
      await lose(one, target);
      expect((await lostOf(stage, target)).isArchived).toBe(false);
      await outbox.pass();
      for (let at = 0; at < 3; at += 1) await one.send();
      const { isArchived, head } = await lostOf(stage, target);
      expect([isArchived, head.oldestSeq]).toEqual([true, head.seq - 2]);
      await one.send();
      expect((await lostOf(stage, target)).isArchived).toBe(false);
    });

    test('if none of the group is retried or a dead letter', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await lost(stage);
      const waiting = async () => {
        await one.send();
        const entry = (await outbox.read()).entries[0];
        return { messageId: entry?.entry.message_id ?? '', attempts: 1, offset: entry?.offset ?? '' };
      };
      const retry = await waiting();
      await outbox.pass({ retries: [{ ...retry, delayMs: 60_000, membersCursor: null }] });
      expect((await lostOf(stage, target)).isArchived).toBe(false);
      await outbox.stay({ deliveredRetries: [retry.messageId] });
      expect((await lostOf(stage, target)).isArchived).toBe(true);
      await outbox.pass({ deadLetters: [{ ...(await waiting()), reason: 'no' }] });
      expect((await lostOf(stage, target)).isArchived).toBe(false);
      const [letter] = await outbox.letters();
      await one.scene.engine.deadLetters.delete(letter?.id ?? '');
      expect((await lostOf(stage, target)).isArchived).toBe(true);
    });

    test('until the log loses a later change', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await lost(stage);
      const archived = await archivedAt(stage, target);
      expect(archived.throughSeq).toBe((await lostOf(stage, target)).head.seq);
      const first: MessageChanged = await one.do(edit(target, { archived }));
      await forget(one, target);
      const outcome = await one.change(edit(target, { archived, message: 'newer' }));
      expect(outcome).toMatchObject({ isBelowLog: true });
      await outbox.pass();
      const shown = { edits: first.edits, edited_at: archived.shown.timestamp, state_seq: first.seq };
      const newer = await archivedAt(stage, target, { ...shown, message: 'new' });
      expect(await one.do(edit(target, { archived: newer, message: 'newer' }))).toMatchObject({ edits: 2 });
    });

    test('with the changes that the log still has', async () => {
      await using stage = await begin(makeEngine);
      const { one, outbox } = stage;
      const target = await one.send('guest', 'old');
      await one.do(reactCommand({ groupId, actor: 'owner', target }));
      await one.do(edit(target, { message: 'second' }));
      await one.send();
      await outbox.pass();
      const { throughSeq, head } = await lostOf(stage, target);
      expect(throughSeq).toBe(head.oldestSeq - 1);
      const archived = await archivedAt(stage, target);
      const done = await one.do(edit(target, { archived }));
      expect(done.edits).toBe(2);
      const reactions = { '👍': { count: 1 } };
      expect(await known(stage, target)).toMatchObject({ stateSeq: done.seq, edit: { edits: 2 }, reactions });
      await forget(one, target);
      expect(await one.change(edit(target, { archived }))).toMatchObject({ isBelowLog: true });
    });
  });
}
