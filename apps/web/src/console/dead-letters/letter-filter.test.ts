import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { type DeadLetter, idsThatMatch, isAny, matches } from './letter-filter.ts';

const letter = (dead_letter_id: string, kind: DeadLetter['kind'], group_id: string | null): DeadLetter => ({
  ...{
    dead_letter_id,
    kind,
    group_id: groupIdSchema.nullable().parse(group_id),
    message_id: `e-${dead_letter_id}`,
    entry: null,
    attempts: 8,
  },
  ...{ reason: 'Status 500', died_at: '2026-11-29T12:00:00.000Z' },
});

test('a filter compares the adapter, and looks for the text in group, reason and message', () => {
  const one = letter('1', 'archive', 'Team');
  expect(isAny({ kind: '', text: ' ' })).toBe(true);
  expect(matches({ kind: '', text: '' }, one)).toBe(true);
  expect(matches({ kind: 'notifier', text: '' }, one)).toBe(false);
  for (const text of ['team', 'status 5', 'E-1']) expect(matches({ kind: 'archive', text }, one)).toBe(true);
  expect(matches({ kind: '', text: 'other' }, one)).toBe(false);
  expect(matches({ kind: '', text: 'team' }, letter('2', 'archive', null))).toBe(false);
});

test('the ids of all pages come page by page', async () => {
  const pages = [
    { dead_letters: [letter('1', 'archive', 'a'), letter('2', 'notifier', 'a')], next_cursor: 'next' },
    { dead_letters: [letter('3', 'archive', 'b')], next_cursor: null },
  ];
  const asked: (string | null)[] = [];
  const ids = idsThatMatch({ kind: 'archive', text: '' }, async (cursor) => {
    asked.push(cursor);
    return pages[asked.length - 1] ?? { dead_letters: [], next_cursor: null };
  });
  const found: (readonly string[])[] = [];
  for await (const piece of ids) found.push(piece);
  expect(found).toEqual([['1'], ['3']]);
  expect(asked).toEqual([null, 'next']);
});
