import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { RetryRoom } from './round.ts';

const [busy, quiet] = [groupIdSchema.parse('busy'), groupIdSchema.parse('quiet')];

test('a group that has used up its room takes none from another group', () => {
  const room = RetryRoom.of('notifier', { retryingOf: new Map([[busy, 1]]) }, 2);
  expect([room.take(busy), room.take(busy), room.take(busy)]).toEqual([true, false, false]);
  expect([room.take(quiet), room.take(quiet), room.take(quiet)]).toEqual([true, true, false]);
});

test('a group that keeps more than a lowered bound has no room', () => {
  const room = RetryRoom.of('notifier', { retryingOf: new Map([[busy, 5]]) }, 2);
  expect(room.take(busy)).toBe(false);
});

test('what the archive refuses is bounded by the room queue alone', () => {
  const room = RetryRoom.of('archive', { retryingOf: new Map([[busy, 5]]) }, 2);
  expect(room.take(busy)).toBe(true);
});
