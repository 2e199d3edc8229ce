import { expect, test } from 'vitest';
import type { Subscriber } from '../ports/fan-out.ts';
import { CatchUpTurns, entriesPerPage, pageOf } from './catch-up.ts';
import type { LogEntry } from './entry.ts';

const entriesOf = (bytes: number, count: number): LogEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'message',
    epoch: 'e',
    seq: i + 1,
    wire: Buffer.alloc(bytes),
  }));
const seqs = (entries: readonly LogEntry[]) => entries.map(({ seq }) => seq);
const device = (id: string): Subscriber => ({
  id,
  userId: '$service',
  isAuto: false,
  push: () => {},
  drained: async () => {},
});

test('a page has what lies between the cursor and the end', () => {
  expect(seqs(pageOf(entriesOf(100, 6), 2, 4))).toEqual([3, 4]);
});

test('a page of big entries is shorter, and never empty', () => {
  expect(seqs(pageOf(entriesOf(200_000, 6), 1, 6))).toEqual([2, 3]);
  expect(seqs(pageOf(entriesOf(2_000_000, 6), 1, 6))).toEqual([2]);
});

test('of big entries fewer are read at a time, of small ones no more than the most', () => {
  expect(entriesPerPage(entriesOf(50_000, 100), 100)).toBe(10);
  expect(entriesPerPage(entriesOf(2_000_000, 3), 100)).toBe(1);
  expect(entriesPerPage(entriesOf(10, 3), 100)).toBe(100);
  expect(entriesPerPage([], 100)).toBe(100);
});

test('a device has one turn at a time, in the order of asking, also when one fails; others do not wait for it', async () => {
  const turns = new CatchUpTurns();
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
