import { expect, test } from 'vitest';
import { type Colors, colorsCount, colorsOf, movesOf, nodeLabel, ownersOf } from './owners.ts';

const node = (node_id: string, url: string | null = `http://10.0.0.${node_id.slice(2)}:3000/`) => ({
  ...{ node_id, url, version: '1', strategy: 'owner' as const, draining: false, beat: 1, partitions: 0 },
});
const owned = (partition: number, node_id: string | null) => ({
  ...{ partition, node_id, moving: node_id === null, token: node_id === null ? null : 1 },
});

test('the label of a node is where it listens, or its id', () => {
  expect(nodeLabel(node('n-1'))).toBe('10.0.0.1:3000');
  expect(nodeLabel(node('n-1', null))).toBe('n-1');
});

test('trays are in the order of labels, numbers by size, and a node without partitions has one', () => {
  const { trays, unowned } = ownersOf(
    [node('n-10'), node('n-2'), node('n-3')],
    [owned(4, 'n-10'), owned(1, 'n-10'), owned(2, 'n-2'), owned(3, null)],
  );
  expect(trays).toEqual([
    { nodeId: 'n-2', partitions: [2] },
    { nodeId: 'n-3', partitions: [] },
    { nodeId: 'n-10', partitions: [1, 4] },
  ]);
  expect(unowned).toEqual([3]);
});

test('an owner that is no node has a tray until its partitions are gone', () => {
  expect(ownersOf([node('n-1')], [owned(0, 'n-7')]).trays.map(({ nodeId }) => nodeId)).toEqual([
    'n-1',
    'n-7',
  ]);
});

test('a node keeps its color while others come and go, and a newcomer gets a free one', () => {
  const first = colorsOf(new Map(), ['a', 'b', 'c']);
  const second = colorsOf(first, ['c', 'd']);
  expect(second.get('c')).toBe(first.get('c'));
  expect(second.get('d')).not.toBe(second.get('c'));
});

test('fifty nodes share the colors evenly', () => {
  const colors: Colors = colorsOf(
    new Map(),
    Array.from({ length: 50 }, (_, index) => `n-${index}`),
  );
  const times = Array.from({ length: colorsCount }, (_, color) =>
    [...colors.values()].filter((one) => one === color),
  );
  expect(
    Math.max(...times.map((one) => one.length)) - Math.min(...times.map((one) => one.length)),
  ).toBeLessThanOrEqual(1);
});

test('moves are counted by their two ends, the largest first', () => {
  const before = [owned(0, 'a'), owned(1, 'a'), owned(2, 'a'), owned(3, 'b')];
  const now = [owned(0, 'b'), owned(1, 'b'), owned(2, null), owned(3, 'b'), owned(4, 'b')];
  expect(movesOf(before, now)).toEqual([
    { from: 'a', to: 'b', count: 2 },
    { from: 'a', to: null, count: 1 },
  ]);
});
