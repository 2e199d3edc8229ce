import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { RetryQuota } from './round.ts';

const [busy, quiet] = [groupIdSchema.parse('busy'), groupIdSchema.parse('quiet')];

test('a group that has used up its quota takes none from another group', () => {
  const quota = RetryQuota.of('notifier', { retryingOf: new Map([[busy, 1]]) }, 2);
  expect([quota.take(busy), quota.take(busy), quota.take(busy)]).toEqual([true, false, false]);
  expect([quota.take(quiet), quota.take(quiet), quota.take(quiet)]).toEqual([true, true, false]);
});

test('a group that keeps more than a lowered bound has no place left', () => {
  const quota = RetryQuota.of('notifier', { retryingOf: new Map([[busy, 5]]) }, 2);
  expect(quota.take(busy)).toBe(false);
});

test('what the archive refuses is bounded by the room queue alone', () => {
  const quota = RetryQuota.of('archive', { retryingOf: new Map([[busy, 5]]) }, 2);
  expect(quota.take(busy)).toBe(true);
});
