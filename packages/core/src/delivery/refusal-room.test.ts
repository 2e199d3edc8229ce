import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { OutboxBatch } from '../ports/outbox.ts';
import { firstOf, refusalRoom } from './refusal-room.ts';

const groupId = groupIdSchema.parse('room');
const entryAt = (place: string): OutboxBatch['entries'][number] => ({
  place,
  entry: {
    type: 'joined',
    group_id: groupId,
    user_id: 'ann',
    epoch: 'e',
    seq: Number(place),
    timestamp: '2026-01-01T00:00:00.000Z',
    message_id: `e-${place}`,
  },
});
const unreadableAt = (place: string, behind: number): OutboxBatch['unreadable'][number] => ({
  place,
  behind,
  groupId,
});

/** Two entries, an unreadable one before, between and behind them. */
const batch: OutboxBatch = {
  cursor: '0',
  entries: [entryAt('2'), entryAt('4')],
  unreadable: [unreadableAt('1', 0), unreadableAt('3', 1), unreadableAt('5', 2)],
  endPlace: '5',
  waiting: 9,
  pageMark: null,
  retries: [],
  unreadableRetries: [],
  nextRetryMs: null,
  retrying: 0,
};

test.each([
  ['archive', 3, Number.POSITIVE_INFINITY],
  ['archive', 30, Number.POSITIVE_INFINITY],
  ['notifier', 3, 7],
  ['notifier', 10, 0],
  ['notifier', 12, 0],
] as const)('of 10 the %s that retries %d may refuse %d more', (kind, retrying, room) => {
  expect(refusalRoom(kind, { retrying }, 10)).toBe(room);
});

test.each([
  [0, [], [], '0'],
  [1, [], ['1'], '1'],
  [2, ['2'], ['1'], '2'],
  [3, ['2'], ['1', '3'], '3'],
  [4, ['2', '4'], ['1', '3'], '4'],
])('the first %d of a batch end where they end', (count, entries, unreadable, endPlace) => {
  const first = firstOf(batch, count);
  expect(first.entries.map(({ place }) => place)).toEqual(entries);
  expect(first.unreadable.map(({ place }) => place)).toEqual(unreadable);
  expect(first.endPlace).toBe(endPlace);
  expect(first.waiting).toBe(9);
});

test.each([5, 6])('a batch of five has no more than its first %d', (count) => {
  expect(firstOf(batch, count)).toBe(batch);
});
