import { expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

const take = (buckets: TokenBuckets, count: number, nowMs: number) =>
  Array.from({ length: count }, () => buckets.take('guest', nowMs));

test('a burst of 20, then one token per 100 ms', () => {
  const buckets = new TokenBuckets({ perSec: 10, burst: 20 }, 0);
  expect(take(buckets, 21, 0)).toEqual([...Array(20).fill(0), 100]);
  expect(take(buckets, 1, 99)).toEqual([1]);
  expect(take(buckets, 2, 100)).toEqual([0, 100]);
  expect(take(buckets, 4, 400)).toEqual([0, 0, 0, 100]);
});

test('a bucket never holds more than the burst', () => {
  const buckets = new TokenBuckets({ perSec: 10, burst: 2 }, 0);
  take(buckets, 2, 0);
  buckets.sweep(3_600_000);
  expect(take(buckets, 3, 3_600_000)).toEqual([0, 0, 100]);
});

test('after a step back of the clock a bucket has one token and fills at its rate', () => {
  const buckets = new TokenBuckets({ perSec: 10, burst: 20 }, 3_600_000);
  take(buckets, 20, 3_600_000);
  expect(take(buckets, 2, 0)).toEqual([0, 100]);
  expect(take(buckets, 2, 100)).toEqual([0, 100]);
});
