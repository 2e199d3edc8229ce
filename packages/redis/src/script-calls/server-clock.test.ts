import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

/** A node's clock and what it makes of replies that were on their way for so long. */
function setUp() {
  const local = new ManualClock();
  const clock = new ServerClock(local);
  const reply = async (redisMs: number, tookMs: number) => {
    const sentAtMs = local.monotonicMs();
    await local.advance(tookMs);
    clock.observe(redisMs, sentAtMs);
  };
  return { local, clock, reply };
}

test('nothing is known before the first reply', () => {
  expect(setUp().clock.isKnown).toBe(false);
});

test('Redis time advances between replies', async () => {
  const { local, clock, reply } = setUp();
  await reply(1_000_000, 0);
  await local.advance(250);
  expect(clock.nowMs()).toBe(1_000_250);
});

test('a slow reply does not set the clock back', async () => {
  const { clock, reply } = setUp();
  await reply(1_000_000, 0);
  await reply(1_000_000, 900);
  expect(clock.nowMs()).toBe(1_000_900);
});

test.each([3_600_000, -3_600_000])('a step of Redis by %d ms is followed at once', async (stepMs) => {
  const { clock, reply } = setUp();
  await reply(100_000_000, 0);
  await reply(100_000_000 + stepMs, 10);
  expect(Math.abs(clock.nowMs() - (100_000_000 + stepMs))).toBeLessThanOrEqual(11);
});

test('each server of a Cluster has a clock of its own, and one that has not answered has none', () => {
  const { local, clock } = setUp();
  clock.of('a:1').observe(1_000_000, local.monotonicMs());
  clock.of('b:2').observe(5_000_000, local.monotonicMs());
  expect([clock.of('a:1').nowMs(), clock.of('b:2').nowMs()]).toEqual([1_000_000, 5_000_000]);
  expect(clock.of('c:3').isKnown).toBe(false);
  expect(clock.of('')).toBe(clock);
});
