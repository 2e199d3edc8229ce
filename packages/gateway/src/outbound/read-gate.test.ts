import type { Outcome } from '@plenum/core';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ReadGate } from './read-gate.ts';

/** A node that has capacity or not, and reads that end when the test says so. */
function scene() {
  const clock = new ManualClock();
  let hasCapacity = true;
  const waiting: (() => void)[] = [];
  const gate = new ReadGate(
    {
      get hasCapacity() {
        return hasCapacity;
      },
      whenCapacity: (resume) => void waiting.push(resume),
    },
    clock,
  );
  const begun: (() => void)[] = [];
  const read = () =>
    new Promise<Outcome<unknown>>((resolve) => begun.push(() => resolve({ ok: true, result: {} })));
  return {
    clock,
    begun,
    take: () => gate.take(read),
    /** @param isSignalled whether the gate learns of it now, or when it looks by itself */
    setRoom: (isThere: boolean, isSignalled = true) => {
      hasCapacity = isThere;
      if (isThere && isSignalled) for (const resume of waiting.splice(0)) resume();
    },
  };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('32 reads are at work at a time, and the next ones begin in their order', async () => {
  const { begun, take } = scene();
  const reads = Array.from({ length: 40 }, take);
  await turn();
  expect(begun).toHaveLength(32);
  begun[0]?.();
  await reads[0];
  await turn();
  expect(begun).toHaveLength(33);
  for (let at = 1; at < 40; at += 1) {
    await turn();
    begun[at]?.();
  }
  expect((await Promise.all(reads)).every(({ ok }) => ok)).toBe(true);
});

test('no read begins without capacity; all that wait begin when there is some again', async () => {
  const { begun, take, setRoom } = scene();
  setRoom(false);
  const reads = [take(), take()];
  await turn();
  expect(begun).toHaveLength(0);
  setRoom(true);
  await turn();
  for (const end of begun) end();
  expect(await Promise.all(reads)).toMatchObject([{ ok: true }, { ok: true }]);
});

test('a read that finds no capacity for 5 s is unavailable, and is not begun later', async () => {
  const { begun, take, setRoom, clock } = scene();
  setRoom(false);
  const read = take();
  await clock.advance(5000);
  expect(await read).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  setRoom(true);
  await turn();
  expect(begun).toHaveLength(0);
  const next = take();
  await turn();
  begun[0]?.();
  expect(await next).toMatchObject({ ok: true });
});

test('a read does not pass those that wait for room, though there is room before they are called', async () => {
  const { begun, take, setRoom } = scene();
  setRoom(false);
  const first = take();
  setRoom(true, false);
  const second = take();
  await turn();
  expect(begun).toHaveLength(2);
  for (const end of begun) end();
  expect(await Promise.all([first, second])).toMatchObject([{ ok: true }, { ok: true }]);
});
