import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { sharedReading } from './shared-reading.ts';

function setUp(reuseMs: number) {
  const clock = new ManualClock();
  const ends: { resolve: (value: number) => void; reject: (reason: Error) => void }[] = [];
  const read = sharedReading(() => new Promise<number>((resolve, reject) => ends.push({ resolve, reject })), {
    clock,
    reuseMs,
  });
  return { clock, ends, read };
}

test('calls during a reading share it, however long it takes', async () => {
  const { clock, ends, read } = setUp(100);
  const first = read();
  await clock.advance(5000);
  const second = read();
  expect(ends).toHaveLength(1);
  ends[0]?.resolve(7);
  expect(await Promise.all([first, second])).toEqual([7, 7]);
});

test('a result is used again for a time after its reading began, then it is read anew', async () => {
  const { clock, ends, read } = setUp(100);
  const first = read();
  ends[0]?.resolve(7);
  await first;
  await clock.advance(99);
  expect(await read()).toBe(7);
  await clock.advance(1);
  void read();
  expect(ends).toHaveLength(2);
});

test('a failure reaches all who share it, and is not kept', async () => {
  const { ends, read } = setUp(100);
  const both = [read(), read()];
  ends[0]?.reject(new Error('away'));
  for (const one of both) await expect(one).rejects.toThrow('away');
  const next = read();
  ends[1]?.resolve(8);
  expect(await next).toBe(8);
});
