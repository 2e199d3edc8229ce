import { expect, test } from 'vitest';
import { barOf } from './progress.ts';

test.each([
  [0, 1_000_000, '[........................] 0 % 0 of 1,000,000'],
  [499_999.7, 1_000_000, '[############............] 49 % 499,999 of 1,000,000'],
  [7, 7, '[########################] 100 % 7 of 7'],
  [7, 0, '7'],
])('%d of %d', (done, total, bar) => {
  expect(barOf(done, total)).toBe(bar);
});
