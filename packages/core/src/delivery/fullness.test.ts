import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { Fullness } from './fullness.ts';

const partition = 7;

/** What is logged, and the hand that moves the clock. */
function watched() {
  let nowMs = 0;
  const clock: Clock = { monotonicMs: () => nowMs, after: () => () => {} };
  const lines: object[] = [];
  const keep = (fields: object) => void lines.push(fields);
  const logger = { debug: keep, info: keep, warn: keep, error: keep };
  const fullness = new Fullness({ partition, kind: 'archive', clock, logger });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { fullness, lines, pass };
}

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
