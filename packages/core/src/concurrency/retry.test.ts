import { expect, test } from 'vitest';
import type { Clock } from '../ports/runtime.ts';
import { backoff, retryWhile } from './retry.ts';

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
  const work = async () => {
    tries += 1;
    if (tries < 3) throw tries;
  };
  await retryWhile(work, { clock: atOnce, isWanted: () => true, onFailure: (err) => failures.push(err) });
  expect(failures).toEqual([1, 2]);
});

test('work that fails because it is no longer wanted has not failed', async () => {
  const failures: unknown[] = [];
  let isWanted = true;
  const work = async () => {
    isWanted = false;
    throw new Error('its device is gone');
  };
  await retryWhile(work, { clock: atOnce, isWanted: () => isWanted, onFailure: (err) => failures.push(err) });
  expect(failures).toEqual([]);
});
