import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { noUnread, sumsOf } from './unread-sums.ts';
import { type UnreadBounds, type Waiting, worstFirst } from './worst-first.ts';

interface Row extends Waiting {
  readonly name: string;
}

const bounds: UnreadBounds = { perConnection: 10, perUser: 20, perAddress: 40, perProcess: 100 };
let made = 0;
const row = (bytes: number, { user = '', address = '', isRipe = true } = {}): Row => {
  made += 1;
  const userId = user === '' ? null : userIdSchema.parse(user);
  return { name: `${user}${bytes}`, bytes, userId, address: address || `address:${made}`, isRipe };
};
const cutOf = (rows: readonly Row[], among = bounds, others = noUnread) =>
  worstFirst(rows, among, others).map(({ of, scope }) => `${of.name} ${scope}`);

test('nothing is cut below the bounds', () => {
  expect(cutOf([row(10, { user: 'ann' }), row(10, { user: 'ann' }), row(5)])).toEqual([]);
});

test('connections, users and addresses are held to their bounds, the largest connection first', () => {
  expect(cutOf([row(11)])).toEqual(['11 connection']);
  expect(cutOf([7, 8, 9].map((bytes) => row(bytes, { user: 'ann' })))).toEqual(['ann9 user']);
  const neighbours = [9, 8, 9, 7, 9].map((bytes, n) => row(bytes, { user: `u${n}`, address: 'proxy' }));
  expect(cutOf(neighbours)).toEqual(['u09 address']);
});

test('of connections of the same size the oldest is cut', () => {
  const [oldest, ...newer] = [1, 2, 3].map((n) => ({ ...row(9, { user: 'ann' }), name: `visit ${n}` }));
  if (oldest === undefined) throw new Error('there are three');
  expect(cutOf([oldest, ...newer])).toEqual(['visit 1 user']);
});

test('a full process frees a quarter, beginning with the user who holds most on all connections', () => {
  const greedy = Array.from({ length: 15 }, () => row(4, { user: 'eve' }));
  const others = Array.from({ length: 5 }, (_, n) => row(9, { user: `u${n}` }));
  const wide = { ...bounds, perUser: 1000 };
  const cuts = cutOf([...greedy, ...others], wide);
  expect(cuts).toEqual(Array.from({ length: 8 }, () => 'eve4 process'));
});

test('a connection whose peer still takes what it is sent is passed over', () => {
  const reading = row(1000, { user: 'ann', isRipe: false });
  expect(cutOf([reading, row(9, { user: 'eve' })])).toEqual(['eve9 process']);
});

test('each connection is cut once, though it is over several bounds', () => {
  const rows = Array.from({ length: 12 }, () => row(11, { user: 'eve', address: 'one' }));
  const cuts = worstFirst(rows, bounds);
  expect(new Set(cuts.map(({ of }) => of)).size).toBe(cuts.length);
  expect(cuts).toHaveLength(12);
});

const sumsIn = (rows: readonly Row[]) =>
  sumsOf(
    rows,
    rows.reduce((sum, { bytes }) => sum + bytes, 0),
    0,
  );

test('a bound of a user holds over two processes, and each frees its part', () => {
  const here = [5, 6, 7].map((bytes) => row(bytes, { user: 'eve' }));
  const there = [row(9, { user: 'eve' })];
  expect(cutOf(here)).toEqual([]);
  // 27 of 20: this process keeps 18 of 27 parts of it.
  expect(cutOf(here, bounds, sumsIn(there))).toEqual(['eve7 user']);
  expect(cutOf(there, bounds, sumsIn(here))).toEqual(['eve9 user']);
  expect(cutOf(there, bounds, sumsIn([row(9, { user: 'ann' })]))).toEqual([]);
});

test('of a full machine the process with most frees, not the one with little', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => row(7, { user: `u${n}` }));
  const [little, much] = [rows(2), rows(14)];
  const wide = { ...bounds, perUser: 1000 };
  expect(cutOf(much)).toEqual([]);
  expect(cutOf(little, wide, sumsIn(much))).toEqual([]);
  // 14 bytes stay there, so 61 of 98 may stay here.
  expect(cutOf(much, wide, sumsIn(little))).toHaveLength(6);
});

test.each(['constructor', '__proto__'])('a user may be named %s', (user) => {
  expect(cutOf([row(10, { user })], bounds, sumsIn([row(3, { user: 'ann' })]))).toEqual([]);
});
