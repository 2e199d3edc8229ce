import type { NodeFigures } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { figuresOfNode as node } from './figures-of-node.ts';
import { ratesOf } from './rates.ts';
import { Readings } from './readings.ts';

const figures = (at: number, ...nodes: NodeFigures[]) => ({
  ...{ at: new Date(at).toISOString(), nodes, missing: [] },
});

test('rates are the difference of two readings per second of the node', () => {
  expect(ratesOf(node('a', 1000, 50), node('a', 3000, 90))).toEqual({
    ...{ sent: 20, delivered: 60, requests: 40, refused: 0 },
  });
});

test('a node without a reading before, or started again, has no rates', () => {
  expect(ratesOf(undefined, node('a', 3000, 90))).toBeNull();
  expect(ratesOf(node('a', 5000, 90), node('a', 1000, 4))).toBeNull();
  expect(ratesOf(node('b', 1000, 0), node('a', 3000, 90))).toBeNull();
});

test('the first reading has no total; a node that was not in it is not in the second total', () => {
  const readings = new Readings();
  expect(readings.add(figures(1000, node('a', 1000, 0), node('b', 1000, 0))).total).toBeNull();
  const second = readings.add(figures(3000, node('a', 3000, 20), node('b', 3000, 40), node('c', 500, 7)));
  expect(second.total?.sent).toBe(30);
  expect(second.rates.has('c')).toBe(false);
  expect(readings.moments.get().map(({ sent, sockets }) => ({ sent, sockets }))).toEqual([
    { sent: null, sockets: 20 },
    { sent: 30, sockets: 30 },
  ]);
});

test('a time in which nothing was read is a hole, and the same moment is not taken twice', () => {
  const readings = new Readings();
  for (const at of [1000, 3000, 3000, 60_000]) readings.add(figures(at, node('a', at, at)));
  expect(readings.moments.get().map(({ at, sockets }) => [at, sockets])).toEqual([
    [1, 10],
    [3, 10],
    [4, null],
    [60, 10],
  ]);
});

test('the last 300 moments are kept', () => {
  const readings = new Readings();
  for (let at = 0; at < 400; at += 1) readings.add(figures(at * 2000, node('a', at * 2000, at)));
  expect(readings.moments.get()).toHaveLength(300);
  expect(readings.moments.get()[299]?.at).toBe(798);
});
