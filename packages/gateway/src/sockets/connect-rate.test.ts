import { expect, test } from 'vitest';
import { ConnectRate, type ConnectRateDeps } from './connect-rate.ts';

/** A clock that the test moves. */
function rateOf(given: Partial<ConnectRateDeps>) {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, after: () => () => {} };
  const rate = new ConnectRate({ ratePerSec: 100, burst: 3, clock, fraction: () => 0, ...given });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  const take = (times: number) => Array.from({ length: times }, () => rate.take());
  return { take, advance };
}

test('a burst is admitted at once, and the others in line at the rate', () => {
  const { take } = rateOf({});
  expect(take(6).map((turn) => 'waitMs' in turn && turn.waitMs)).toEqual([0, 0, 0, 10, 20, 30]);
});

test('a burst is there again after a quiet time, and not more than a burst', () => {
  const { take, advance } = rateOf({});
  take(3);
  advance(60_000);
  expect(take(5).map((turn) => 'waitMs' in turn && turn.waitMs)).toEqual([0, 0, 0, 10, 20]);
});

test('those who would wait longer than 5 s are refused, each with a later time', () => {
  const { take, advance } = rateOf({});
  const turns = take(510);
  expect(turns.filter((turn) => 'waitMs' in turn)).toHaveLength(503);
  const pauses = turns.flatMap((turn) => ('retryAfterMs' in turn ? [turn.retryAfterMs] : []));
  expect(pauses).toEqual([5010, 5020, 5030, 5040, 5050, 5060, 5070]);
  advance(5010);
  expect(take(1)).toEqual([{ waitMs: 0 }]);
});

test('a pause is spread at random by up to a quarter, and bounded', () => {
  const { take } = rateOf({ fraction: () => 0.8 });
  const pauses = take(6000).flatMap((turn) => ('retryAfterMs' in turn ? [turn.retryAfterMs] : []));
  expect([pauses[0], Math.max(...pauses)]).toEqual([6012, 36_000]);
});

test('without a limit nothing waits', () => {
  const { take } = rateOf({ ratePerSec: 0 });
  expect(new Set(take(10_000).map((turn) => JSON.stringify(turn)))).toEqual(new Set(['{"waitMs":0}']));
});
