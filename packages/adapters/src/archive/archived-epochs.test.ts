import { expect, test } from 'vitest';
import { type EpochRow, epochsAfter } from './archived-epochs.ts';

/** Of the first and the last entry. */
type Both = readonly [number, number];
/** @param times in seconds */
const epoch = (name: string, seqs: Both, times: Both): EpochRow => ({
  ...{ epoch: name, firstSeq: seqs[0], lastSeq: seqs[1] },
  ...{ begunMs: times[0] * 1000, endedMs: times[1] * 1000 },
});
const created = { epoch: 'a', atMs: 1000 };
const endsOf = (rows: readonly EpochRow[]) =>
  epochsAfter(created, rows).map((one) => `${one.epoch}:${one.endSeq}`);

const first = epoch('a', [1, 100], [1, 200]);

test('what an epoch has above the first seq of the next one was lost', () => {
  expect(endsOf([first])).toEqual(['a:100']);
  expect(endsOf([first, epoch('b', [90, 120], [201, 300])])).toEqual(['a:89', 'b:120']);
});

test.each<[string, number]>([
  ['fewer', 45],
  ['more', 500],
])('an epoch that a later one, from a lower seq on, with %s entries, replaced is lost', (_, last) => {
  const rows = [first, epoch('c', [40, last], [400, 500]), epoch('b', [50, 60], [201, 300])];
  expect(endsOf(rows)).toEqual(['a:39', `c:${last}`]);
});

test('a clock that is a little behind after a failover makes no epoch lost', () => {
  const rows = [first, epoch('b', [101, 102], [210, 211]), epoch('c', [103, 400], [210.5, 400])];
  expect(endsOf(rows)).toEqual(['a:100', 'b:102', 'c:400']);
});

test('epochs of an earlier group with the id are left out', () => {
  const rows = [epoch('x', [1, 30], [0.1, 0.2]), first, epoch('y', [20, 40], [0.3, 0.9])];
  expect(endsOf(rows)).toEqual(['a:100']);
});

test('an epoch of imported messages only is kept', () => {
  const imported = { ...epoch('b', [101, 900], [0, 0]), begunMs: null, endedMs: null };
  expect(endsOf([first, imported])).toEqual(['a:100', 'b:900']);
});
