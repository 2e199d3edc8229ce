import { expect, test } from 'vitest';
import type { Clock } from '../ports/runtime.ts';
import { DeadLetterAlarm } from './delivery-work.ts';

const partition = 7;

/** What is logged, and the hand that moves the clock. */
function watched() {
  let nowMs = 0;
  const clock: Clock = { monotonicMs: () => nowMs, after: () => () => {} };
  const lines: object[] = [];
  const keep = (fields: object) => void lines.push(fields);
  const logger = { debug: keep, info: keep, warn: keep, error: keep };
  const alarm = new DeadLetterAlarm({ partition, kind: 'archive', clock, logger });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { alarm, lines, pass };
}

test('letters that give way are logged once a minute, with how many have by then', () => {
  const { alarm, lines, pass } = watched();
  alarm.dropped(0);
  expect(lines).toEqual([]);
  alarm.dropped(2);
  pass(59_999);
  alarm.dropped(3);
  pass(1);
  alarm.dropped(1);
  expect(lines).toEqual([
    { partition, kind: 'archive', dropped: 2 },
    { partition, kind: 'archive', dropped: 6 },
  ]);
});
