import { expect, test } from 'vitest';
import { MembersCounts } from './members-counts.ts';

function watched() {
  const pushed: number[] = [];
  const timers: (() => void)[] = [];
  const after = (_: number, task: () => void) => {
    timers.push(task);
    return () => void timers.splice(timers.indexOf(task), 1);
  };
  const counts = new MembersCounts({ after }, (count) => pushed.push(count));
  return { counts, pushed, timers, pass: () => timers.shift()?.() };
}

test('the first count is pushed at once, the last one of a pause at its end', () => {
  const { counts, pushed, timers, pass } = watched();
  for (const count of [5, 6, 7]) counts.note(count);
  expect(pushed).toEqual([5]);
  pass();
  expect(pushed).toEqual([5, 7]);
  pass();
  expect([pushed, timers]).toEqual([[5, 7], []]);
});

test('a count that is as before is not pushed, and no timer waits', () => {
  const { counts, pushed, timers, pass } = watched();
  for (const count of [5, 6, 5]) counts.note(count);
  pass();
  counts.note(5);
  expect([pushed, timers]).toEqual([[5], []]);
  counts.note(6);
  counts.stop();
  expect([pushed, timers]).toEqual([[5, 6], []]);
});
