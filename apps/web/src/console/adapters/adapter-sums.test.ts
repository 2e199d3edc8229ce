import type { AdapterFigures } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { figuresOfNode } from '../cluster/figures-of-node.ts';
import { readingOf } from '../cluster/readings.ts';
import { adapterSums } from './adapter-sums.ts';

const adapter = (name: AdapterFigures['adapter'], isOpen: boolean, delivered: number): AdapterFigures => ({
  ...{ adapter: name, is_open: isOpen, delivered, denials: 1, failures: 2, queue_messages: 3 },
  ...{ retries: 4, dead_letters: 5 },
});
const reading = (...nodes: AdapterFigures[][]) =>
  readingOf(null, {
    at: new Date(0).toISOString(),
    nodes: nodes.map((adapters, index) => ({ ...figuresOfNode(`n-${index}`, 1000, 0), adapters })),
    missing: [],
  });

test('the figures of an adapter are the sum of the nodes, and open breakers are counted', () => {
  const sums = adapterSums(
    reading([adapter('notifier', true, 10), adapter('archive', false, 1)], [adapter('notifier', false, 20)]),
  );
  expect(sums.map((sum) => sum.adapter)).toEqual(['archive', 'notifier']);
  expect(sums[1]).toMatchObject({ openCount: 1, delivered: 30, queue: 6, failures: 4, deadLetters: 10 });
  expect(sums[1]?.nodes.map(({ label }) => label)).toEqual(['n-0', 'n-1']);
});

test('a cluster without adapters has none', () => {
  expect(adapterSums(reading([], []))).toEqual([]);
});
