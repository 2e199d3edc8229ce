import { expect, test } from 'vitest';
import type { Lease } from '../ports/leases.ts';
import { RenewalTurns, turnEveryMs } from './renewal-turns.ts';

const ttlMs = 6000;
const turnMs = turnEveryMs(ttlMs);
const leaseOf = (partition: number): Lease => ({ partition, nodeId: 'a', token: 1 });
/** Ten slices of two leases each. */
const slices: readonly (readonly Lease[])[] = Array.from({ length: 10 }, (_, at) => [
  leaseOf(2 * at),
  leaseOf(2 * at + 1),
]);
const partitionsOf = (some: readonly (readonly Lease[])[]) => some.flat().map(({ partition }) => partition);
const allOf = (slice: readonly Lease[]) => new Set(partitionsOf([slice]));

function turnsAt0(): RenewalTurns {
  const turns = new RenewalTurns(ttlMs);
  for (const partition of partitionsOf(slices)) turns.granted(partition, 0);
  return turns;
}

test('five turns renew each lease once, each turn its share', () => {
  const turns = turnsAt0();
  const renewed: number[] = [];
  for (let turn = 1; turn <= 5; turn += 1) {
    const chosen = turns.next(slices, turn * turnMs);
    expect(chosen).toHaveLength(2);
    for (const slice of chosen) turns.ended(slice, allOf(slice), turn * turnMs);
    renewed.push(...partitionsOf(chosen));
  }
  expect(renewed.toSorted((a, b) => a - b)).toEqual(partitionsOf(slices));
});

test('a slice whose renewal has no answer yet is not renewed again', () => {
  const turns = turnsAt0();
  const first = turns.next(slices, turnMs);
  for (let turn = 2; turn <= 20; turn += 1) {
    const chosen = turns.next(slices, turn * turnMs);
    expect(chosen.filter((slice) => first.includes(slice))).toEqual([]);
    for (const slice of chosen) turns.ended(slice, allOf(slice), turn * turnMs);
  }
});

test('slices that cannot be renewed do not take the turns of the others', () => {
  const turns = turnsAt0();
  const isAway = (slice: readonly Lease[]) => slices.indexOf(slice) < 5;
  const lastAtMs = new Map<number, number>();
  for (let turn = 1; turn <= 50; turn += 1) {
    for (const slice of turns.next(slices, turn * turnMs)) {
      turns.ended(slice, isAway(slice) ? new Set() : allOf(slice), turn * turnMs);
      if (isAway(slice)) continue;
      const at = slices.indexOf(slice);
      expect(turn * turnMs - (lastAtMs.get(at) ?? 0)).toBeLessThanOrEqual(5 * turnMs);
      lastAtMs.set(at, turn * turnMs);
    }
  }
  expect(lastAtMs.size).toBe(5);
});

test('after a stall of a third of the TTL everything is renewed at once, then shares again', () => {
  const turns = turnsAt0();
  const afterStallMs = ttlMs / 3;
  const all = turns.next(slices, afterStallMs);
  expect(partitionsOf(all).toSorted((a, b) => a - b)).toEqual(partitionsOf(slices));
  for (const slice of all) turns.ended(slice, allOf(slice), afterStallMs);
  expect(turns.next(slices, afterStallMs + turnMs)).toHaveLength(2);
});
