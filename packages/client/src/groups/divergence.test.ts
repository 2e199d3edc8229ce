import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { divergenceIn } from './divergence.ts';
import type { Page } from './effects.ts';
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
