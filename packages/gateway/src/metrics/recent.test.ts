import { emitTelemetry, telemetryChannel } from '@plenum/core';
import { ManualClock } from '@plenum/testkit';
import { afterEach, expect, test } from 'vitest';
import { RecentMeasures } from './recent.ts';

const clock = new ManualClock();
const recent = new RecentMeasures(clock);
afterEach(() => recent.stop());

const answered = (durationMs: number) =>
  emitTelemetry('request_answered', { requestType: 'relay_msg', code: null, durationMs });
const isWatched = () => telemetryChannel('request_answered').hasSubscribers;

test('the first reading knows nothing, and begins to measure; a minute without one ends it', async () => {
  expect(isWatched()).toBe(false);
  expect(recent.read()).toMatchObject({
    window_ms: 0,
    cpu_percent: null,
    request_ms: { p50: null, max: null },
  });
  expect(isWatched()).toBe(true);
  await clock.advance(59_999);
  expect(isWatched()).toBe(true);
  expect(recent.read()).toMatchObject({ window_ms: 59_999 });
  await clock.advance(60_000);
  expect(isWatched()).toBe(false);
  expect(recent.read()).toMatchObject({ window_ms: 0 });
});

test('request times are those of the window: percentiles between its least and its greatest', async () => {
  recent.read();
  for (let ms = 1; ms <= 100; ms += 1) answered(ms);
  await clock.advance(1000);
  const { request_ms } = recent.read();
  expect(request_ms.p50).toBeCloseTo(50, 0);
  expect(request_ms.p95).toBeCloseTo(95, 0);
  expect(request_ms.max).toBeCloseTo(100, 0);
});

test('a window that is read each second covers 5 to 10 s, and forgets what is older', async () => {
  recent.read();
  answered(900);
  for (let second = 1; second <= 30; second += 1) {
    await clock.advance(1000);
    const { window_ms, request_ms } = recent.read();
    expect(window_ms).toBeLessThanOrEqual(10_000);
    if (second >= 5) expect(window_ms).toBeGreaterThanOrEqual(5000);
    if (second > 10) expect(request_ms.max).toBeLessThan(100);
    answered(5);
  }
});
