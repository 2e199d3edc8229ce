import { expect, test } from 'vitest';
import { ExpiringMap } from './expiring-map.ts';

test('a value ends at its time, swept or not', () => {
  const map = new ExpiringMap<string, number>(0);
  map.set('a', 1, 1500);
  expect([map.get('a', 1499), map.get('a', 1500)]).toEqual([1, undefined]);
});

test('sweeping frees what has ended and keeps the rest', () => {
  const map = new ExpiringMap<string, number>(0);
  map.set('a', 1, 1500);
  map.set('b', 2, 600_000);
  map.sweep(2000);
  expect([map.size, map.get('b', 2000)]).toEqual([1, 2]);
});

test('a value whose life was prolonged survives its first end', () => {
  const map = new ExpiringMap<string, number>(0);
  map.set('a', 1, 1000);
  map.set('a', 2, 5000);
  map.sweep(1000);
  expect(map.get('a', 4999)).toBe(2);
  map.sweep(5000);
  expect(map.size).toBe(0);
});
