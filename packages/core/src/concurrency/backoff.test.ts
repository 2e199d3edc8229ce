import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

const pauses = { baseMs: 100, maxMs: 60_000 };

test.each([
  [1, 50, 100],
  [2, 100, 200],
  [5, 800, 1600],
  [30, 30_000, 60_000],
])('after failure %i the pause is from %i to %i ms', (attempt, from, to) => {
  expect(backoff(attempt, { ...pauses, jitter: 0 })).toBe(from);
  expect(backoff(attempt, { ...pauses, jitter: 1 })).toBe(to);
  expect(backoff(attempt, pauses)).toBe(to);
});
