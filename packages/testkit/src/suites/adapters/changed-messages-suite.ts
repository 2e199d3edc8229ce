/** Tests what every readable archive guarantees of messages that change: edits, take-downs and reactions. */
import type { ArchiveEntry, ArchivePage } from '@plenum/core';
import { type HistoryEntry, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { sampleChange, sampleGroup, sampleMessage } from '../../adapters/sample-entries.ts';
import { patient } from './adapter-harness.ts';
import type { MakeReadableArchive } from './archive-reader-suite.ts';

const bob = userIdSchema.parse('bob');
const message = sampleMessage({ seq: 1, message: 'the first text' });
const whole: ArchivePage = {
  groupId: sampleGroup,
  stretches: [{ epoch: message.epoch, endSeq: 100 }],
  afterSeq: 0,
  beforeSeq: Number.MAX_SAFE_INTEGER,
  limit: 200,
  from: 'oldest',
  reader: bob,
};
const firstEdit = sampleChange({ seq: 2, type: 'edited', of: 1, message: 'the second text', edits: 1 });
const lastEdit = {
  ...sampleChange({ seq: 3, type: 'edited', of: 1, message: 'the last text', edits: 2 }),
  metadata: { format: 'plain' },
  mentions: [bob],
};
const reacting = (
  seq: number,
  type: 'reacted' | 'unreacted',
  of: { readonly by: string; readonly count: number },
) => sampleChange({ seq, type, of: 1, actor_id: of.by, reaction: '👍', count: of.count });
const reactions = [
  reacting(4, 'reacted', { by: 'bob', count: 1 }),
  reacting(5, 'reacted', { by: 'eve', count: 2 }),
  reacting(6, 'unreacted', { by: 'bob', count: 1 }),
  sampleChange({ seq: 7, type: 'reacted', of: 1, actor_id: 'bob', reaction: '🐘', count: 1 }),
];
const takeDown = {
  ...sampleChange({ seq: 8, type: 'deleted', of: 1, actor_id: '$service' }),
  reason: 'spam',
};
const pin = sampleChange({ seq: 9, type: 'pinned', of: 1 });

const { message: _text, ...place } = message;
const shownText = { message: 'the last text', metadata: { format: 'plain' }, mentions: [bob] };
const shownReactions = { '👍': { count: 1, me: false }, '🐘': { count: 1, me: true } };
const tombstone = {
  ...place,
  deleted: true,
  deleted_by: '$service',
  deleted_at: takeDown.timestamp,
  reason: 'spam',
  state_seq: 8,
};

/** A random order in which entries come again: what retries, dead letters and a change of the owner may do. */
function repeated(entries: readonly ArchiveEntry[], seed: number): ArchiveEntry[] {
  // Mulberry32.
  let state = seed * 0x6d2b79f5;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return [...entries, ...entries.filter(() => random() < 0.4)]
    .map((entry) => ({ entry, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
}

/** @param makeArchive makes an empty one. */
export function describeChangedMessages(name: string, makeArchive: MakeReadableArchive): void {
  const read = async (entries: readonly ArchiveEntry[], page: Partial<ArchivePage> = {}) => {
    await using harness = await makeArchive();
    await harness.archive.save(entries, patient());
    const shown = await harness.archive.read({ ...whole, ...page }, patient());
    return shown;
  };
  const first = async (entries: readonly ArchiveEntry[], page: Partial<ArchivePage> = {}) =>
    (await read(entries, page))[0];

  describe(`${name}: changed messages`, () => {
    test('an edited message has its last text, and so have the entries of its edits', async () => {
      const [shown, ...edits] = await read([message, firstEdit, lastEdit]);
      expect(shown).toEqual({
        ...{ ...message, ...shownText, edits: 2, edited_at: lastEdit.timestamp },
        state_seq: 3,
      });
      const { target: _, ...told } = lastEdit;
      expect(edits).toEqual([
        { ...told, ...{ message_id: message.message_id, edits: 1, seq: 2, timestamp: firstEdit.timestamp } },
        { ...told, message_id: message.message_id },
      ]);
    });

    test('an edit without metadata and mentions takes away those of the message, and the reply stays', async () => {
      const reply = { message_id: 'other-7', seq: 7, from_user_id: bob };
      const rich = { ...message, metadata: { a: 1 }, mentions: [bob], reply };
      const { edits, edited_at, ...shown } = { edits: 0, edited_at: '', ...(await first([rich, firstEdit])) };
      expect([edits, edited_at]).toEqual([1, firstEdit.timestamp]);
      expect(shown).toEqual({ ...message, message: 'the second text', reply, state_seq: 2 });
    });

    test('reactions have counts in the order of their first use, and `me` of the reader only', async () => {
      const shown = { ...message, state_seq: 7 };
      expect(await first([message, ...reactions])).toEqual({ ...shown, reactions: shownReactions });
      const forService = { '👍': { count: 1 }, '🐘': { count: 1 } };
      expect(await first([message, ...reactions], { reader: null })).toEqual({
        ...shown,
        reactions: forService,
      });
      const none = reacting(8, 'unreacted', { by: 'eve', count: 0 });
      const left = await first([message, ...reactions.slice(0, 3), none]);
      expect(left).toEqual({ ...message, state_seq: 8 });
    });

    test('two Unicode forms are one reaction, which is shown in the form of its newest entry', async () => {
      const [given, other] = ['e\u0301', '\u00e9'];
      const reacted = { type: 'reacted', of: 1 } as const;
      const shown = await first([
        message,
        sampleChange({ ...reacted, seq: 2, actor_id: 'bob', reaction: given, count: 1 }),
        sampleChange({ of: 1, type: 'unreacted', seq: 3, actor_id: 'bob', reaction: given, count: 0 }),
        sampleChange({ ...reacted, seq: 4, actor_id: 'eve', reaction: other, count: 1 }),
      ]);
      expect(shown).toEqual({ ...message, reactions: { [other]: { count: 1, me: false } }, state_seq: 4 });
    });

    test('a message that was taken down is a tombstone, and its edits have no text', async () => {
      const [shown, edit, ...others] = await read([message, firstEdit, ...reactions, takeDown]);
      expect(shown).toEqual(tombstone);
      expect(edit).toMatchObject({ type: 'edited', message_id: message.message_id, deleted: true });
      expect(JSON.stringify([edit, ...others])).not.toContain('text');
      expect(others.at(-1)).toMatchObject({ type: 'deleted', target_seq: 1, reason: 'spam' });
    });

    test('a take-down without its message leaves a tombstone, which a late message does not end', async () => {
      await using harness = await makeArchive();
      const shown = async (): Promise<HistoryEntry | undefined> =>
        (await harness.archive.read(whole, patient()))[0];
      await harness.archive.save([takeDown], patient());
      expect(await shown()).toEqual(tombstone);
      await harness.archive.save([message, firstEdit, ...reactions], patient());
      expect(await shown()).toEqual(tombstone);
    });

    test('a pin changes nothing of the message', async () => {
      expect(await first([message, pin])).toEqual(message);
    });

    test('changes of a message that never came are entries, and no message is invented', async () => {
      const entries = await read([firstEdit, ...reactions]);
      expect(entries.map(({ seq }) => seq)).toEqual([2, 4, 5, 6, 7]);
    });

    test('the page is the same in whatever order and however often the entries come', async () => {
      const all = [message, firstEdit, lastEdit, ...reactions, pin];
      const orders = [all, [...all, takeDown]];
      for (const [at, entries] of orders.entries()) {
        const expected = await read(entries);
        for (let seed = 1; seed <= 12; seed += 1) {
          await using harness = await makeArchive();
          const mixed = repeated(entries, seed * 2 + at);
          const cut = (seed * 5) % mixed.length;
          for (const batch of [mixed.slice(0, cut), mixed.slice(cut)])
            await harness.archive.save(batch, patient());
          expect(await harness.archive.read(whole, patient())).toEqual(expected);
        }
      }
    });
  });
}
