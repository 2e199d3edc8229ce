import { expect, test } from 'vitest';
import { limiter } from './limiter.ts';

test('a task that fails makes room for the next one', async () => {
  const run = limiter(2);
  const ran: number[] = [];
  const tasks = [1, 2, 3, 4, 5].map((n) =>
    run(async () => {
      ran.push(n);
      await Promise.resolve();
      throw new Error('no page');
    }),
  );
  await Promise.all(tasks);
  expect(ran).toEqual([1, 2, 3, 4, 5]);
  await run(async () => void ran.push(6));
  expect(ran).toContain(6);
});

test('no more tasks than allowed run at the same time', async () => {
  const run = limiter(2);
  const ends: (() => void)[] = [];
  const task = () => run(() => new Promise((resolve) => ends.push(resolve)));
  const all = Promise.all([task(), task(), task()]);
  expect(ends).toHaveLength(2);
  ends[0]?.();
  await new Promise(setImmediate);
  expect(ends).toHaveLength(3);
  for (const end of ends) end();
  await all;
});
