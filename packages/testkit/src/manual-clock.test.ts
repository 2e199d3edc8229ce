import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';

test('tasks run in the order of their times, each at its own time', async () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b at ${clock.monotonicMs()}`));
  clock.after(10, () => seen.push(`a at ${clock.monotonicMs()}`));
  await clock.advance(25);
  expect([...seen, clock.monotonicMs()]).toEqual(['a at 10', 'b at 20', 25]);
});

test('a cancelled task does not run', async () => {
  const clock = new ManualClock();
  let runs = 0;
  clock.after(10, () => (runs += 1))();
  await clock.advance(10);
  expect(runs).toBe(0);
});

test('a task that arms itself again runs as often as its time comes', async () => {
  const clock = new ManualClock();
  let runs = 0;
  const tick = () => {
    runs += 1;
    clock.after(10, tick);
  };
  clock.after(10, tick);
  await clock.advance(35);
  expect(runs).toBe(3);
});
