import { userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
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
const cutOf = (rows: readonly Row[], among = bounds) =>
  worstFirst(rows, among).map(({ of, scope }) => `${of.name} ${scope}`);

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
