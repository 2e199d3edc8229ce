import { succeed } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ReadLimiter, readsOpenMax, UserReadLimiters } from './read-limiter.ts';

/** Reads that the test ends. */
class Desk {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  read = (name: string) => () => {
    this.begun.push(name);
    return new Promise<ReturnType<typeof succeed<string>>>((resolve) => {
      this.#ends.set(name, () => resolve(succeed(name)));
    });
  };

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

test('two reads are at work, the others are begun in their order', async () => {
  const [limiter, desk] = [new ReadLimiter(new ManualClock()), new Desk()];
  const outcomes = ['a', 'b', 'c', 'd'].map((name) => limiter.take(desk.read(name)));
  expect(desk.begun).toEqual(['a', 'b']);
  await desk.end('b');
  expect(desk.begun).toEqual(['a', 'b', 'c']);
  await desk.end('a');
  for (const name of ['c', 'd']) await desk.end(name);
  expect(await Promise.all(outcomes)).toEqual(['a', 'b', 'c', 'd'].map((name) => succeed(name)));
  expect(limiter.isIdle).toBe(true);
});

test('a read that fails or throws gives its place on', async () => {
  const [limiter, desk] = [new ReadLimiter(new ManualClock()), new Desk()];
  const failing = [
    limiter.take(() => Promise.reject(new Error('broken'))),
    limiter.take(() => {
      throw new Error('broken at once');
    }),
  ];
  const outcomes = Promise.allSettled([
    ...failing,
    limiter.take(desk.read('a')),
    limiter.take(desk.read('b')),
  ]);
  for (const name of ['a', 'a', 'b']) await desk.end(name);
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});

test('more reads than may be open are refused until one is answered', async () => {
  const [limiter, desk] = [new ReadLimiter(new ManualClock()), new Desk()];
  for (let i = 0; i < readsOpenMax; i += 1) void limiter.take(desk.read(`${i}`));
  expect(await limiter.take(desk.read('too many'))).toEqual({
    ok: false,
    failure: {
      code: 'rate_limited',
      retryAfterMs: 100,
      details: { limit: readsOpenMax, reason: 'too many open reads' },
    },
  });
  await desk.end('0');
  void limiter.take(desk.read('one more'));
  for (let i = 1; i < readsOpenMax; i += 1) await desk.end(`${i}`);
  expect(desk.begun.at(-1)).toBe('one more');
});

test('a read whose turn comes after five seconds is refused at once, so that the line gets short', async () => {
  const [clock, desk] = [new ManualClock(), new Desk()];
  const limiter = new ReadLimiter(clock);
  const outcomes = ['a', 'b', 'c', 'd', 'e'].map((name) => limiter.take(desk.read(name)));
  await clock.advance(4000);
  await desk.end('a');
  await clock.advance(1500);
  for (const name of ['b', 'c']) await desk.end(name);
  const late = { ok: false, failure: { code: 'unavailable' } };
  expect(await Promise.all(outcomes)).toEqual([succeed('a'), succeed('b'), succeed('c'), late, late]);
  expect(desk.begun).toEqual(['a', 'b', 'c']);
  expect(limiter.isIdle).toBe(true);
});

test('what is dropped is not begun', async () => {
  const [limiter, desk] = [new ReadLimiter(new ManualClock()), new Desk()];
  for (const name of ['a', 'b', 'c']) void limiter.take(desk.read(name));
  limiter.cancelWaiting();
  for (const name of ['a', 'b']) await desk.end(name);
  expect(desk.begun).toEqual(['a', 'b']);
  expect(limiter.isIdle).toBe(true);
});

test('no user waits for the reads of another one', async () => {
  const [limiter, desk] = [new UserReadLimiters(new ManualClock()), new Desk()];
  const [ann, bob] = ['ann', 'bob'].map((name) => userIdSchema.parse(name));
  if (ann === undefined || bob === undefined) throw new Error('unreachable');
  for (const name of ['a1', 'a2', 'a3']) void limiter.take(ann, desk.read(name));
  const outcome = limiter.take(bob, desk.read('b1'));
  await desk.end('b1');
  expect(await outcome).toEqual(succeed('b1'));
  expect(desk.begun).toEqual(['a1', 'a2', 'b1']);
});
