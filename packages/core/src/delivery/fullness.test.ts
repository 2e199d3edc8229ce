import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { watchTelemetry } from '../telemetry/events.ts';
import { Fullness } from './fullness.ts';

const partition = 7;

/** What is told and what is logged, and the hand that moves the clock. */
function watched() {
  let nowMs = 0;
  const clock: Clock = { monotonicMs: () => nowMs, after: () => () => {} };
  const lines: object[] = [];
  const keep = (fields: object) => void lines.push(fields);
  const logger = { debug: keep, info: keep, warn: keep, error: keep };
  const told: boolean[] = [];
  onTestFinished(watchTelemetry('delivery_blocked', ({ isBlocked }) => void told.push(isBlocked)));
  const fullness = new Fullness({ partition, kind: 'archive', clock, logger });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { fullness, lines, told, pass };
}

test('it is told when nothing more is offered and when that is over, once each', () => {
  const { fullness, told } = watched();
  for (const isBlocked of [false, true, true, false, false]) fullness.blocked(isBlocked);
  expect(told).toEqual([true, false]);
});

test('a partition that goes to another node is taken off the count of those that are blocked, once', () => {
  const { fullness, told } = watched();
  fullness.blocked(true);
  fullness.end();
  fullness.end();
  expect(told).toEqual([true, false]);
});

test('letters that give way are logged once a minute, with how many have by then', () => {
  const { fullness, lines, pass } = watched();
  fullness.dropped(0);
  expect(lines).toEqual([]);
  fullness.dropped(2);
  pass(59_999);
  fullness.dropped(3);
  pass(1);
  fullness.dropped(1);
  expect(lines).toEqual([
    { partition, kind: 'archive', dropped: 2 },
    { partition, kind: 'archive', dropped: 6 },
  ]);
});
