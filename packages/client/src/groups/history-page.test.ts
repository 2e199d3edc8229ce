import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { Page } from './effects.ts';
import { divergenceIn, fillingBy } from './history-page.ts';
import { ShownLog } from './shown-log.ts';

const entry = (seq: number, epoch: string) => ({
  group_id: groupIdSchema.parse('g'),
  type: 'updated' as const,
  user_id: 'u',
  epoch,
  seq,
  timestamp: '2025-01-15T10:30:00.000Z',
});
const page = (entries: Page['entries'], oldest_seq = 1): Page => ({
  entries,
  epoch: 'c',
  head_seq: 99,
  oldest_seq,
});
/** 11 to 14 of epoch a, 15 to 20 of b. */
let shown = ShownLog.after('a', 10);
for (let seq = 11; seq <= 20; seq += 1) shown = shown.and(entry(seq, seq < 15 ? 'a' : 'b'));
const search = { reason: 'epoch_changed', before: 21, pagesRead: 0 } as const;

test.each([
  ['agrees with the end', [entry(19, 'b'), entry(20, 'b')], 1, 20, null, null],
  [
    'agrees further back',
    [entry(14, 'a'), entry(15, 'c'), entry(16, 'c')],
    1,
    14,
    { from: 15, to: 20 },
    null,
  ],
  ['agrees with nothing that was shown', [entry(10, 'a'), entry(11, 'c')], 1, 10, { from: 11, to: 20 }, null],
  [
    'is trimmed before it could agree',
    [entry(18, 'c'), entry(19, 'c')],
    18,
    17,
    { from: 11, to: 20 },
    { from: 11, to: 17 },
  ],
  ['is empty', [], 30, 20, { from: 11, to: 20 }, { from: 11, to: 20 }],
])('a log that %s', (_, entries, oldestSeq, resumeAfter, revoked, missing) => {
  expect(divergenceIn(shown, page(entries, oldestSeq), search)).toEqual({ resumeAfter, revoked, missing });
});

test('a page without an answer sends the search further back, five pages at most', () => {
  const further = { ...search, before: 18, pagesRead: 1 };
  expect(divergenceIn(shown, page([entry(18, 'c'), entry(19, 'c')]), search)).toEqual(further);
  expect(divergenceIn(shown, page([entry(16, 'c'), entry(17, 'c')]), { ...search, pagesRead: 4 })).toEqual({
    resumeAfter: 15,
    revoked: { from: 11, to: 20 },
    missing: { from: 11, to: 15 },
  });
});

const entriesOfA = (...seqs: readonly number[]): Page['entries'] => seqs.map((seq) => entry(seq, 'a'));
const pageOfA = (found: Page['entries'], about: Partial<Page> = {}): Page => ({
  entries: found,
  epoch: 'a',
  head_seq: 99,
  oldest_seq: 1,
  ...about,
});
const shownTo10 = ShownLog.after('a', 10);
const gap = { readTo: 14, vouchedEpoch: 'a' };

test.each([
  ['holds all of it', entriesOfA(11, 12, 13, 14), 11, null, [11, 12, 13, 14]],
  ['holds what was shown, too', entriesOfA(9, 10, 11, 12), 11, null, [11, 12]],
  ['extends beyond its end', entriesOfA(13, 14, 15), 13, { from: 11, to: 12 }, [13, 14]],
  ['begins beyond its end', entriesOfA(20, 21), 15, { from: 11, to: 14 }, []],
  ['has a gap itself', entriesOfA(11, 13), 11, null, [11]],
  ['is empty, though the log is longer', entriesOfA(), 15, { from: 11, to: 14 }, []],
])('a page that %s fills a gap as far as it goes', (_, found, nextSeq, missing, seqs) => {
  const filling = fillingBy(pageOfA(found), shownTo10, gap);
  expect(filling).toMatchObject({ nextSeq, missing });
  expect(filling?.entries.map(({ seq }) => seq)).toEqual(seqs);
});

test('a page of an epoch that the server has not vouched for fills nothing', () => {
  const ofAnother = pageOfA(entriesOfA(11), { epoch: 'b' });
  expect(fillingBy(ofAnother, shownTo10, gap)).toBeNull();
  expect(fillingBy(ofAnother, shownTo10, { ...gap, vouchedEpoch: 'b' })).toMatchObject({ nextSeq: 11 });
});

test('an empty page of a log that ends within the gap fills nothing', () => {
  expect(fillingBy(pageOfA([], { head_seq: 13 }), shownTo10, gap)).toBeNull();
});
