import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ConnectRate, type ConnectRateDeps } from './connect-rate.ts';

/** A clock that the test moves; the one timer of the line runs on it. */
function rateOf(given: Partial<ConnectRateDeps>) {
  let nowMs = 0;
  let timer: { readonly dueMs: number; readonly task: () => void } | null = null;
  const clock = {
    monotonicMs: () => nowMs,
    after: (delayMs: number, task: () => void) => {
      const mine = { dueMs: nowMs + delayMs, task };
      timer = mine;
      return () => {
        if (timer === mine) timer = null;
      };
    },
  };
  const rate = new ConnectRate({ ratePerSec: 100, burst: 3, clock, fraction: () => 0, ...given });
  /** When each was admitted, ms. */
  const admittedMs: number[] = [];
  const left: string[] = [];
  const pauses: number[] = [];
  const connect = async (name = '') => {
    const conn = new EventEmitter();
    conns.push(conn);
    const turn = await rate.admit(conn);
    if (turn === 'admitted') admittedMs.push(nowMs);
    else if (turn === 'gone') left.push(name);
    else pauses.push(turn.retryAfterMs);
    return conn.listenerCount('close');
  };
  const conns: EventEmitter[] = [];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const ask = async (times: number) => {
    for (let i = 0; i < times; i += 1) void connect(`c${conns.length}`);
    await settled();
  };
  const advance = async (ms: number) => {
    const untilMs = nowMs + ms;
    while (timer !== null && timer.dueMs <= untilMs) {
      const { dueMs, task }: { dueMs: number; task: () => void } = timer;
      timer = null;
      nowMs = dueMs;
      task();
      await settled();
    }
    nowMs = untilMs;
  };
  return { rate, conns, ask, advance, admittedMs, left, pauses, isQuiet: () => timer === null };
}

test('a burst is admitted at once, and the others in line at the rate', async () => {
  const { ask, advance, admittedMs, conns, rate, isQuiet } = rateOf({});
  await ask(6);
  expect(rate.waiting).toBe(3);
  await advance(100);
  expect(admittedMs).toEqual([0, 0, 0, 10, 20, 30]);
  expect([rate.waiting, isQuiet()]).toEqual([0, true]);
  expect(conns.map((conn) => conn.listenerCount('close'))).toEqual(conns.map(() => 0));
});

test('a burst is there again after a quiet time, and not more than a burst', async () => {
  const { ask, advance, admittedMs } = rateOf({});
  await ask(3);
  await advance(60_000);
  await ask(5);
  await advance(100);
  expect(admittedMs.slice(3)).toEqual([60_000, 60_000, 60_000, 60_010, 60_020]);
});

test('those who would wait longer than 5 s are refused, each with a later time', async () => {
  const { ask, advance, pauses, rate } = rateOf({});
  await ask(510);
  expect(rate.waiting).toBe(500);
  expect(pauses).toEqual([5010, 5020, 5030, 5040, 5050, 5060, 5070]);
  expect([rate.pauseNow(), rate.pauseNow()]).toEqual([5010, 5010]);
  await advance(10);
  expect(rate.pauseNow()).toBeNull();
});

test('one that goes away while it is in line gives its place to the next', async () => {
  const { ask, advance, admittedMs, left, conns, rate, isQuiet } = rateOf({});
  await ask(503);
  expect(rate.pauseNow()).toBe(5010);
  for (const conn of conns.slice(3, 501)) conn.emit('close');
  expect([rate.pauseNow(), rate.waiting]).toEqual([null, 2]);
  await advance(20);
  expect(admittedMs).toEqual([0, 0, 0, 10, 20]);
  expect(left).toEqual(Array.from({ length: 498 }, (_, i) => `c${i + 3}`));
  await ask(1);
  conns.at(-1)?.emit('close');
  expect([rate.waiting, isQuiet()]).toEqual([0, true]);
});

test('a pause is spread at random by up to a quarter, and bounded', async () => {
  const { ask, pauses } = rateOf({ fraction: () => 0.8 });
  await ask(6000);
  expect([pauses[0], Math.max(...pauses)]).toEqual([6012, 36_000]);
});

test('without a limit nothing waits', async () => {
  const { ask, admittedMs, rate } = rateOf({ ratePerSec: 0 });
  await ask(10_000);
  expect([admittedMs.length, rate.waiting, rate.pauseNow()]).toEqual([10_000, 0, null]);
});
