import { expect, test } from 'vitest';
import type { LogEntry } from '../log/entry.ts';
import { Gap, isTrimmedAfter } from './gap.ts';

const entry = (seq: number, epoch = 'e'): LogEntry => ({
  type: 'message',
  epoch,
  seq,
  wire: Buffer.from('{}'),
});
const head = (seq: number) => ({ epoch: 'e', seq, past: [], oldestSeq: 1, isDeleted: false });

test('what is held is taken once, by its seq', () => {
  const gap = new Gap();
  gap.buffer(entry(7));
  gap.buffer(entry(5));
  expect([gap.take(4), gap.take(5)?.seq, gap.take(5), gap.isBuffering]).toEqual([null, 5, null, true]);
  expect([gap.take(7)?.seq, gap.isBuffering]).toEqual([7, false]);
});

test('an entry that is held keeps only its own bytes in memory', () => {
  const gap = new Gap();
  const read = Buffer.alloc(65_536, 'x');
  gap.buffer({ ...entry(3), wire: read.subarray(100, 10_100) });
  const wire = gap.take(3)?.wire;
  expect(wire?.equals(read.subarray(100, 10_100))).toBe(true);
  expect(wire?.buffer.byteLength).toBe(10_000);
});

test('only what is of use is kept', () => {
  const gap = new Gap();
  for (const held of [entry(3), entry(6, 'lost'), entry(7)]) gap.buffer(held);
  gap.keep(({ epoch, seq }) => epoch === 'e' && seq > 5);
  expect([3, 6, 7].map((seq) => gap.take(seq)?.seq)).toEqual([undefined, undefined, 7]);
});

test('beyond ten thousand entries the excess is left to the log', () => {
  const gap = new Gap();
  for (let seq = 1; seq <= 10_001; seq += 1) gap.buffer(entry(seq));
  expect([gap.take(10_001), gap.take(10_000)?.seq]).toEqual([null, 10_000]);
});

test('the log is read once at a time', () => {
  const gap = new Gap();
  expect([gap.beginReading(), gap.beginReading()]).toEqual([true, false]);
  gap.wasRead();
  expect(gap.beginReading()).toBe(true);
});

test.each([
  ['holds the next entry', [entry(6), entry(7)], 9, false],
  ['begins before it', [entry(4), entry(5), entry(6)], 9, false],
  ['begins further on', [entry(8)], 9, true],
  ['is empty and continues', [], 9, true],
  ['is empty and ends here', [], 5, false],
  ['has lost its tail meanwhile', [entry(8)], 4, false],
])('after seq 5 a log that %s is trimmed or not', (_, entries, headSeq, isTrimmed) => {
  expect(isTrimmedAfter(5, { head: head(headSeq), entries })).toBe(isTrimmed);
});
