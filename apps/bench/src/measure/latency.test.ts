import { expect, test } from 'vitest';
import { Latency } from './latency.ts';

const recorded = (values: readonly number[]) => {
  const latency = new Latency();
  for (const value of values) latency.record(value);
  return latency.encode();
};

test('percentiles of merged histograms are those of all values together', () => {
  const slow = recorded(Array.from({ length: 10 }, () => 50_000));
  const fast = recorded(Array.from({ length: 990 }, () => 100));
  const summary = Latency.merge([slow, fast]).summary();
  // Averaged percentiles would say 25,050.
  expect(summary).toMatchObject({ count: 1000, p50Us: 100 });
  expect(summary.p999Us).toBeGreaterThan(49_000);
  expect(summary.p999Us).toBeLessThan(51_000);
});

test('nothing merged is empty', () => {
  expect(Latency.merge([]).summary().count).toBe(0);
});

test('values outside of the range are recorded at its ends', () => {
  const summary = Latency.decode(recorded([-5, 0, 1e12])).summary();
  expect(summary.count).toBe(3);
  expect(summary.p50Us).toBe(1);
});

test('a reset forgets what was recorded', () => {
  const latency = new Latency();
  latency.record(10);
  latency.reset();
  expect(latency.summary().count).toBe(0);
});
