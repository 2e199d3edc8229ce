/** Edits: what they replace, what they cost, and until when they are possible. */
import { describe, expect, test } from 'vitest';
import {
  createCommand,
  deleteCommand,
  joinCommand,
  leaveCommand,
  messageDraft,
  updateCommand,
} from '../../commands.ts';
import { editCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages } from '../../scene/message-scene.ts';

const fast = { ratePerSec: 1e6, rateBurst: 1e6 };

export function editing(makeEngine: MakeEngine): void {
  describe('an edit', () => {
    test('replaces the text for every reader, and its entry names the whole text', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId } = one;
      const target = await one.send('guest', 'first');
      const command = editCommand({ groupId, actor: 'guest', target, message: 'second "☃" \u2028' });
      const done = await one.do(command);
      expect(done).toMatchObject({ isDuplicate: false, seq: target.seq + 1, edits: 1, epoch: target.epoch });
      const entry = {
        type: 'edited',
        message_id: target.messageId,
        target_seq: target.seq,
        actor_id: 'guest',
        message: 'second "☃" \u2028',
        edits: 1,
      };
      expect(await one.changes()).toMatchObject([entry]);
      const [change] = await one.changes();
      const state = { message: entry.message, edits: 1, edited_at: change?.timestamp, state_seq: done.seq };
      expect(await one.read(target)).toMatchObject({ type: 'message', from_user_id: 'guest', ...state });
      expect((await one.history())[target.seq - 1]).toEqual(await one.read(target));
    });

    test('keeps what it does not give, and replaces what it gives', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId } = one;
      const target = await one.send();
      const edit = { groupId, actor: 'owner', target };
      const mentions = ['guest', 'stranger'];
      const first = await one.do(editCommand({ ...edit, metadata: '{"a":{"__proto__":1}}', mentions }));
      expect(first.mentionsDropped).toEqual(['stranger']);
      expect(await one.read(target)).toMatchObject({ message: 'edited', mentions: ['guest'] });
      await one.do(editCommand({ ...edit, message: 'third' }));
      expect(await one.read(target)).toMatchObject({ message: 'third', mentions: ['guest'], edits: 2 });
      expect(JSON.stringify(await one.read(target))).toContain('{"a":{"__proto__":1}}');
      await one.do(editCommand({ ...edit, message: 'third', metadata: '{}', mentions: [] }));
      expect(await one.read(target)).toMatchObject({ metadata: {}, edits: 3 });
      expect(await one.read(target)).not.toHaveProperty('mentions');
      expect((await one.changes()).at(-1)).not.toHaveProperty('mentions');
    });

    test('of an unchanged message answers with its present values and writes nothing', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const target = await one.send('owner', 'same');
      const again = () => one.do(editCommand({ groupId, actor: 'owner', target, message: 'same' }));
      expect(await again()).toMatchObject({ isDuplicate: true, seq: target.seq, edits: 0, editedAtMs: null });
      const edited = await one.do(editCommand({ groupId, actor: 'owner', target, message: 'other' }));
      await one.do(editCommand({ groupId, actor: 'owner', target, message: 'same' }));
      expect(await again()).toMatchObject({ isDuplicate: true, seq: edited.seq + 1, edits: 2 });
      expect(await one.history()).toHaveLength(4);
    });

    test('that is repeated gets its first answer, and another text under its id is a conflict', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const target = await one.send();
      const edit = { groupId, actor: 'owner', target, requestId: 'once' };
      const first = await one.do(editCommand({ ...edit, message: 'second' }));
      await one.do(editCommand({ groupId, actor: 'owner', target, message: 'third' }));
      const repeated = await one.do(editCommand({ ...edit, message: 'second' }));
      expect(repeated).toEqual({ ...first, isDuplicate: true });
      expect(await one.verdict(editCommand({ ...edit, message: 'fourth' }))).toBe('conflict');
      expect(await one.read(target)).toMatchObject({ message: 'third', edits: 2 });
    });

    test('takes a token of the messages, unless rates are not limited', async () => {
      const engineSettings = { ratePerSec: 0.001, rateBurst: 2 };
      await using one = await beginMessages(makeEngine, { engineSettings });
      const { groupId } = one;
      const target = await one.send();
      const edit = (message: string) => editCommand({ groupId, actor: 'owner', target, message });
      expect(await one.verdict(edit('second'))).toBe('done');
      expect(await one.verdict(edit('third'))).toBe('rate_limited');
      expect(await one.verdict({ ...edit('third'), isRateLimited: false })).toBe('done');
    });

    test('that is admitted is checked, takes its token and writes nothing', async () => {
      const engineSettings = { ratePerSec: 0.001, rateBurst: 2 };
      await using one = await beginMessages(makeEngine, { engineSettings });
      const { messageChanges } = one.scene.engine;
      const { groupId } = one;
      const target = await one.send();
      const edit = editCommand({ groupId, actor: 'owner', target });
      expect(await messageChanges.admit(edit)).toEqual({ type: 'admitted' });
      expect(await messageChanges.admit(edit)).toMatchObject({ failure: { code: 'rate_limited' } });
      expect(await one.changes()).toEqual([]);
      const done = await one.do({ ...edit, isRateLimited: false });
      expect(await messageChanges.admit(edit)).toEqual({ ...done, isDuplicate: true });
    });

    test.each([
      ['of another seq', { seq: 99 }],
      ['of another epoch', { epoch: 'f'.repeat(16) }],
      ['of no form', { epoch: '', seq: 0 }],
      ['of a group event', { seq: 1 }],
    ])('of a message %s finds none', async (_, place) => {
      await using one = await beginMessages(makeEngine);
      const { epoch, seq } = await one.send();
      const target = { epoch, seq, ...place };
      const command = { groupId: one.groupId, actor: 'owner', target };
      expect(await one.verdict(editCommand(command))).toBe('message_not_found');
      expect(await one.verdict(takeDownCommand(command))).toBe('message_not_found');
      expect(await one.read(target)).toBeNull();
      expect(await one.reactors(target)).toBeNull();
    });

    test('finds no message of an earlier group with the same id', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const target = await one.send();
      await one.do(editCommand({ groupId, actor: 'owner', target }));
      await one.scene.do(deleteCommand({ groupId, actor: 'owner' }));
      await one.scene.do(createCommand({ groupId, actor: 'owner' }));
      await one.send('owner', 'new');
      expect(await one.verdict(editCommand({ groupId, actor: 'owner', target }))).toBe('message_not_found');
      expect(await one.history()).toMatchObject([{ type: 'created' }, { message: 'new' }]);
    });

    test('is possible within the window of the group, and never if it has none', async () => {
      await using one = await beginMessages(makeEngine, { editWindowMs: 300 });
      const { groupId, scene } = one;
      const target = await one.send();
      const edit = (message: string) => editCommand({ groupId, actor: 'owner', target, message });
      expect(await one.verdict(edit('second'))).toBe('done');
      await scene.advance(400);
      expect(await one.verdict(edit('third'))).toBe('edit_window_over');
      await scene.do(updateCommand({ groupId, actor: 'owner', editWindowMs: 60_000 }));
      expect(await one.verdict(edit('third'))).toBe('done');
      await scene.do(updateCommand({ groupId, actor: 'owner', editWindowMs: 0 }));
      expect(await one.verdict(edit('fourth'))).toBe('edit_window_over');
      expect(await one.verdict(takeDownCommand({ groupId, actor: 'owner', target }))).toBe('done');
    });

    test('is possible for a day in a group that a join has created', async () => {
      await using one = await beginMessages(makeEngine);
      const groupId = 'made-by-join';
      await one.scene.do(joinCommand({ groupId, userId: 'guest', createsPublic: true }));
      const target = await one.scene.engine.log.append(messageDraft({ groupId, sender: 'guest' }));
      if (target.type === 'refused') throw new Error(target.failure.code);
      expect(await one.verdict(editCommand({ groupId, actor: 'guest', target }))).toBe('done');
    });

    test('needs the right to post, and so does a reaction; a take-down does not', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId, scene } = one;
      const target = await one.send('guest');
      const on = { groupId, actor: 'guest', target };
      await scene.do(updateCommand({ groupId, actor: 'owner', posting: 'admins' }));
      for (const command of [editCommand(on), reactCommand(on)]) {
        expect(await one.verdict(command)).toBe('posting_restricted');
      }
      expect(await one.verdict(reactCommand({ ...on, actor: 'owner' }))).toBe('done');
      expect(await one.verdict(takeDownCommand(on))).toBe('done');
    });

    test('of an older message than the member may read finds none', async () => {
      await using one = await beginMessages(makeEngine, { history: 'since_join' });
      const { groupId } = one;
      await one.scene.join('guest');
      const target = await one.send('guest');
      await one.scene.do(leaveCommand({ groupId, userId: 'guest' }));
      await one.scene.join('guest');
      expect(await one.verdict(editCommand({ groupId, actor: 'guest', target }))).toBe('message_not_found');
      // Its author may still take it down.
      expect(await one.verdict(takeDownCommand({ groupId, actor: 'guest', target }))).toBe('done');
    });

    test('finds no message that the log has lost, and the entry of an earlier edit keeps its text', async () => {
      await using one = await beginMessages(makeEngine, {
        engineSettings: { ...fast, historyMaxEntries: 150 },
      });
      const { groupId } = one;
      const target = await one.send();
      // The stream of Redis loses 100 entries at once.
      for (let n = 0; n < 120; n += 1) await one.send();
      const { seq } = await one.do(editCommand({ groupId, actor: 'owner', target, message: 'kept' }));
      for (let n = 0; n < 140; n += 1) await one.send();
      const edit = editCommand({ groupId, actor: 'owner', target, message: 'late' });
      expect(await one.verdict(edit)).toBe('message_not_found');
      expect((await one.history(null, seq - 1))[0]).toMatchObject({ type: 'edited', message: 'kept' });
    });
  });
}
