import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { Page } from './effects.ts';
import { fillingBy } from './filling.ts';
import { ShownLog } from './shown-log.ts';

const entries = (...seqs: readonly number[]): Page['entries'] =>
  seqs.map((seq) => ({
    group_id: groupIdSchema.parse('g'),
    type: 'updated' as const,
    user_id: 'u',
    epoch: 'a',
    seq,
    timestamp: '2025-01-15T10:30:00.000Z',
  }));
const page = (found: Page['entries'], about: Partial<Page> = {}): Page => ({
  entries: found,
  epoch: 'a',
  head_seq: 99,
  oldest_seq: 1,
  ...about,
});
const shown = ShownLog.after('a', 10);
const gap = { readTo: 14, vouchedEpoch: 'a' };

test.each([
  ['holds all of it', entries(11, 12, 13, 14), 11, null, [11, 12, 13, 14]],
  ['holds what was shown, too', entries(9, 10, 11, 12), 11, null, [11, 12]],
  ['extends beyond its end', entries(13, 14, 15), 13, { from: 11, to: 12 }, [13, 14]],
  ['begins beyond its end', entries(20, 21), 15, { from: 11, to: 14 }, []],
  ['has a gap itself', entries(11, 13), 11, null, [11]],
  ['is empty, though the log is longer', entries(), 15, { from: 11, to: 14 }, []],
])('a page that %s fills a gap as far as it goes', (_, found, nextSeq, missing, seqs) => {
  const filling = fillingBy(page(found), shown, gap);
  expect(filling).toMatchObject({ nextSeq, missing });
  expect(filling?.entries.map(({ seq }) => seq)).toEqual(seqs);
});

test('a page of an epoch that the server has not vouched for fills nothing', () => {
  const ofAnother = page(entries(11), { epoch: 'b' });
  expect(fillingBy(ofAnother, shown, gap)).toBeNull();
  expect(fillingBy(ofAnother, shown, { ...gap, vouchedEpoch: 'b' })).toMatchObject({ nextSeq: 11 });
});

test('an empty page of a log that ends within the gap fills nothing', () => {
  expect(fillingBy(page([], { head_seq: 13 }), shown, gap)).toBeNull();
});
