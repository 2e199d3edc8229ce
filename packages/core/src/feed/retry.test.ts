import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { retryWhile } from './retry.ts';

const atOnce: Clock = {
  monotonicMs: () => 0,
  after: (_, task) => {
    queueMicrotask(task);
    return () => {};
  },
};

test('work is tried until it succeeds, and every failure is reported', async () => {
  const failures: unknown[] = [];
  let tries = 0;
  await retryWhile(
    atOnce,
    () => true,
    (cause) => failures.push(cause),
    async () => {
      tries += 1;
      if (tries < 3) throw tries;
    },
  );
  expect(failures).toEqual([1, 2]);
});

test('work that fails because it is no longer wanted has not failed', async () => {
  const failures: unknown[] = [];
  let isWanted = true;
  await retryWhile(
    atOnce,
    () => isWanted,
    (cause) => failures.push(cause),
    async () => {
      isWanted = false;
      throw new Error('its device is gone');
    },
  );
  expect(failures).toEqual([]);
});
