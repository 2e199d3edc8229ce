import { expect, test } from 'vitest';
import { Limiter } from './bounded-calls.ts';

/** Works that begin when the limiter lets them, and end when the test says so. */
function works(limiter: Limiter) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string) =>
    limiter.run(async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  return { begun, start, end: (name: string) => ends.get(name)?.() };
}

test('no more than the bound run at the same time, and the next in line follows', async () => {
  const { begun, start, end } = works(new Limiter(2));
  const [first] = ['a', 'b', 'c', 'd'].map(start);
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  end('a');
  expect(await first).toBe('a');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('a work that fails frees its place', async () => {
  const limiter = new Limiter(1);
  await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limiter.run(async () => 'next')).toBe('next');
});
