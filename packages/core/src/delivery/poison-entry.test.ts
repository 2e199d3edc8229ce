import { expect, test } from 'vitest';
import { judgeFailure } from './poison-entry.ts';

test('the first failure alone says nothing', () => {
  expect(judgeFailure(undefined, 7)).toEqual({ failed: { times: 1, successes: 7 }, verdict: 'wait' });
});

test('after the second failure, with nothing taken in between, another entry decides', () => {
  expect(judgeFailure({ times: 1, successes: 7 }, 7).verdict).toBe('probe');
  expect(judgeFailure({ times: 9, successes: 7 }, 7).verdict).toBe('probe');
});

test('who fails while others are taken is to blame', () => {
  expect(judgeFailure({ times: 1, successes: 7 }, 8).verdict).toBe('refuse');
});
