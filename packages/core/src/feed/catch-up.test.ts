import { expect, test } from 'vitest';
import type { LogEntry } from '../log/entry.ts';
import type { Device } from '../ports/devices.ts';
import { CatchUpQueue, entriesPerPage, pageFor } from './catch-up.ts';

const entriesOf = (bytes: number, count: number): LogEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'message',
    epoch: 'e',
    seq: i + 1,
    wire: Buffer.alloc(bytes),
  }));
const seqs = (entries: readonly LogEntry[] | null) => entries?.map(({ seq }) => seq);
const after = (cursor: number, endSeq: number | null = null) => ({ cursor, endSeq, isPaused: false });
const device = (id: string): Device => ({
  id,
  userId: '$service',
  isAuto: false,
  push: () => {},
  drained: async () => {},
});

test("a page has the entries between the cursor and the range's end or the feed's position", () => {
  expect(seqs(pageFor(after(2, 4), entriesOf(100, 6), 6))).toEqual([3, 4]);
  expect(seqs(pageFor(after(2), entriesOf(100, 6), 5))).toEqual([3, 4, 5]);
  expect(seqs(pageFor(after(5), entriesOf(100, 6), 5))).toEqual([]);
});

test('there is no page when the next entry is no longer in the log', () => {
  expect(pageFor(after(2), entriesOf(100, 6).slice(3), 6)).toBeNull();
  expect(pageFor(after(2), [], 6)).toBeNull();
});

test('a page of big entries is shorter, and never empty', () => {
  expect(seqs(pageFor(after(1), entriesOf(200_000, 6), 6))).toEqual([2, 3]);
  expect(seqs(pageFor(after(1), entriesOf(2_000_000, 6), 6))).toEqual([2]);
});

test('of big entries fewer are read at a time, of small ones no more than the most', () => {
  expect(entriesPerPage(entriesOf(50_000, 100), 100)).toBe(10);
  expect(entriesPerPage(entriesOf(2_000_000, 3), 100)).toBe(1);
  expect(entriesPerPage(entriesOf(10, 3), 100)).toBe(100);
  expect(entriesPerPage([], 100)).toBe(100);
});

test('a device has one turn at a time, in order, also when one fails; others do not wait for it', async () => {
  const turns = new CatchUpQueue();
  const [ann, bob] = [device('ann'), device('bob')];
  const done: string[] = [];
  let finish = () => {};
  const first = turns.take(ann, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    done.push('first');
    throw new Error('the read failed');
  });
  const second = turns.take(ann, async () => void done.push('second'));
  await turns.take(bob, async () => void done.push('of bob'));
  expect(done).toEqual(['of bob']);
  finish();
  await expect(first).rejects.toThrow('the read failed');
  await second;
  expect(done).toEqual(['of bob', 'first', 'second']);
});
