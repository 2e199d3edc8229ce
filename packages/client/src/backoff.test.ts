import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const backoff = { minMs: 100, maxMs: 5000 };

test.each([
  [0, 0, 50],
  [0, 0.999, 100],
  [1, 0, 100],
  [3, 0.5, 600],
  [6, 0, 2500],
  [1000, 0.999, 4998],
])('attempt %i with chance %f pauses for %i ms', (attempt, fraction, ms) => {
  expect(backoffMs(attempt, backoff, fraction)).toBe(ms);
});
