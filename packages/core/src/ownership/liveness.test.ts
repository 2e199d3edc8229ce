import { expect, test } from 'vitest';
import { Liveness } from './liveness.ts';

const node = (nodeId: string, beat: number) => ({
  nodeId,
  beat,
  url: null,
  version: '1',
  strategy: 'owner' as const,
  isDraining: false,
});
const idsOf = (nodes: readonly { readonly nodeId: string }[]) => nodes.map(({ nodeId }) => nodeId);

test('a node whose beat does not move for one TTL since it was first seen is dead', () => {
  const liveness = new Liveness(6000);
  expect(idsOf(liveness.observe([node('a', 7)], 1000).live)).toEqual(['a']);
  expect(idsOf(liveness.observe([node('a', 7)], 6999).live)).toEqual(['a']);
  const observation = liveness.observe([node('a', 7)], 7000);
  expect(idsOf(observation.dead)).toEqual(['a']);
  expect(observation.live).toEqual([]);
});

test('a beat that changes keeps a node alive, also one that counts from the start again', () => {
  const liveness = new Liveness(6000);
  liveness.observe([node('a', 7)], 0);
  liveness.observe([node('a', 8)], 5000);
  expect(idsOf(liveness.observe([node('a', 8)], 10_999).live)).toEqual(['a']);
  liveness.observe([node('a', 1)], 10_999);
  expect(idsOf(liveness.observe([node('a', 1)], 16_000).live)).toEqual(['a']);
});

test('a node that was gone and comes back is seen as if for the first time', () => {
  const liveness = new Liveness(6000);
  liveness.observe([node('a', 7)], 0);
  liveness.observe([], 3000);
  expect(idsOf(liveness.observe([node('a', 7)], 9000).live)).toEqual(['a']);
});
