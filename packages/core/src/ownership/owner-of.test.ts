import { groupIdSchema } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PARTITION_COUNT, partitionOf } from '../partitions.ts';
import { ownerOf, ownersOf } from './owner-of.ts';

const clusters = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 12 });
const nodeNames = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `node:${from + i}`);

/** How often each value occurs. */
function tally(values: readonly (string | null)[]): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test('the owner is one of the nodes, and the same for any order of them', () => {
  fc.assert(
    fc.property(clusters, fc.nat(PARTITION_COUNT - 1), fc.nat(), (nodes, partition, seed) => {
      const turned = [...nodes.slice(seed % nodes.length), ...nodes.slice(0, seed % nodes.length)];
      const owner = ownerOf(partition, nodes);
      expect(nodes).toContain(owner);
      expect(ownerOf(partition, turned.reverse())).toBe(owner);
      expect(ownersOf(turned)[partition]).toBe(owner);
    }),
  );
});

test('a node that comes takes partitions, and nothing moves between the others', () => {
  fc.assert(
    fc.property(clusters, fc.string({ minLength: 21, maxLength: 24 }), (nodes, newcomer) => {
      const before = ownersOf(nodes);
      const after = ownersOf([...nodes, newcomer]);
      for (const [partition, owner] of after.entries()) {
        if (owner !== newcomer) expect(owner).toBe(before[partition]);
      }
    }),
  );
});

test('a node that goes gives away its own partitions and no others', () => {
  fc.assert(
    fc.property(clusters, fc.nat(), (nodes, pick) => {
      const leaver = nodes[pick % nodes.length];
      const before = ownersOf(nodes);
      const after = ownersOf(nodes.filter((node) => node !== leaver));
      for (const [partition, owner] of before.entries()) {
        if (owner !== leaver) expect(after[partition]).toBe(owner);
      }
    }),
  );
});

test('the share that moves to a newcomer is about one in N + 1', () => {
  const runs = 60;
  for (const count of [1, 2, 4, 9]) {
    let moved = 0;
    for (let run = 0; run < runs; run += 1) {
      const nodes = nodeNames(count + 1, run * 100);
      const owners = ownersOf(nodes);
      moved += owners.filter((owner) => owner === nodes[count]).length;
    }
    const share = moved / runs / PARTITION_COUNT;
    expect(share * (count + 1)).toBeGreaterThan(0.9);
    expect(share * (count + 1)).toBeLessThan(1.1);
  }
});

test('over many clusters no partition prefers a node: chi-square of the winners is in its bounds', () => {
  const nodes = 5;
  const wins = Array.from({ length: nodes }, () => 0);
  for (let run = 0; run < 200; run += 1) {
    const names = nodeNames(nodes, run * 1000);
    for (const owner of ownersOf(names)) {
      const place = names.indexOf(owner ?? '');
      wins[place] = (wins[place] ?? 0) + 1;
    }
  }
  const expected = (200 * PARTITION_COUNT) / nodes;
  const chiSquare = wins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 4 degrees of freedom: 18.5 is exceeded once in a thousand.
  expect(chiSquare).toBeLessThan(18.5);
});

test('10,000 rooms spread over the nodes of a cluster, none with more than twice its share', () => {
  const nodes = nodeNames(4);
  const owners = ownersOf(nodes);
  const rooms = Array.from({ length: 10_000 }, (_, i) => groupIdSchema.parse(`room:${i}`));
  const counts = tally(rooms.map((room) => owners[partitionOf(room)] ?? null));
  expect([...counts.keys()].sort()).toEqual([...nodes].sort());
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(10_000 / 4 / 2);
    expect(count).toBeLessThan((10_000 / 4) * 2);
  }
});

test('without nodes there is no owner', () => {
  expect(ownerOf(0, [])).toBeNull();
});
