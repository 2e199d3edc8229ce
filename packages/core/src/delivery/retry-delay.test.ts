import { expect, test } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

const least = { token: () => '0'.repeat(16) };
const most = { token: () => 'f'.repeat(16) };

test.each([
  [1, 50, 100],
  [2, 100, 200],
  [5, 800, 1600],
  [30, 30_000, 60_000],
])('retry %i waits from %i to %i ms', (attempts, from, to) => {
  expect(retryDelayMs(100, attempts, least)).toBe(from);
  expect(retryDelayMs(100, attempts, most)).toBe(to);
});
