import { expect, test } from 'vitest';
import { coresOfQuota, usableCores } from './usable-cores.ts';

test.each([
  ['max 100000\n', null],
  ['', null],
  ['400000 100000\n', 4],
  ['150000 100000\n', 1],
  ['50000 100000\n', 1],
])('the quota %j of a container allows %j cores', (text, cores) => {
  expect(coresOfQuota(text)).toBe(cores);
});

test('at least one core can be used', () => {
  expect(usableCores()).toBeGreaterThanOrEqual(1);
});
