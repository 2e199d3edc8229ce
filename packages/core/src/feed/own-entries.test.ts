import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OwnEntries } from './own-entries.ts';

test('each publish of an applied entry is taken once', () => {
  const own = new OwnEntries();
  for (const seq of [5, 6, 8]) own.applied('e', seq);
  const taken = [5, 5, 6, 7, 8, 8].map((seq) => own.takePublish('e', seq));
  expect(taken).toEqual([true, false, true, false, true, false]);
});

test('a publish that never comes is forgotten with the next one', () => {
  const own = new OwnEntries();
  for (const seq of [5, 6]) own.applied('e', seq);
  expect([6, 5].map((seq) => own.takePublish('e', seq))).toEqual([true, false]);
});

test('another epoch has publishes of its own', () => {
  const own = new OwnEntries();
  own.applied('e', 5);
  expect(own.takePublish('f', 5)).toBe(false);
  own.applied('f', 6);
  expect([own.takePublish('e', 5), own.takePublish('f', 6)]).toEqual([false, true]);
});

test('of a thousand and one awaited publishes the oldest is forgotten', () => {
  const own = new OwnEntries();
  for (let seq = 1; seq <= 1001; seq += 1) own.applied('e', seq);
  expect([1, 2, 1001].map((seq) => own.takePublish('e', seq))).toEqual([false, true, true]);
});

test('nothing is awaited of a log that has begun anew', () => {
  const own = new OwnEntries();
  own.applied('e', 5);
  own.clear();
  expect(own.takePublish('e', 5)).toBe(false);
});

test('only publishes of entries that were applied are taken, each at most once', () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(seqs, fc.array(fc.integer({ min: 1, max: 60 })), (answered, published) => {
      const own = new OwnEntries();
      const applied = answered.toSorted((a, b) => a - b);
      for (const seq of applied) own.applied('e', seq);
      const taken = published.filter((seq) => own.takePublish('e', seq));
      expect(new Set(taken).size).toBe(taken.length);
      expect(taken.filter((seq) => !applied.includes(seq))).toEqual([]);
    }),
  );
});

test('one look at a time is planned, and it finds what is missing', () => {
  const own = new OwnEntries();
  expect([own.beyondHole(7), own.beyondHole(9), own.beyondHole(8)]).toEqual([true, false, false]);
  expect(own.look(5)).toBe('missing');
  expect(own.beyondHole(12)).toBe(true);
});

test('what was answered after the look was planned gets a look of its own', () => {
  const own = new OwnEntries();
  own.beyondHole(7);
  own.beyondHole(9);
  expect([own.look(7), own.beyondHole(8), own.look(8)]).toEqual(['again', false, 'missing']);
});

test('a look at a complete feed ends the watch', () => {
  const own = new OwnEntries();
  own.beyondHole(7);
  expect([own.look(7), own.beyondHole(10)]).toEqual(['complete', true]);
});

test('an answer of a log that has begun anew is not looked for', () => {
  const own = new OwnEntries();
  own.beyondHole(7);
  own.clear();
  expect([own.beyondHole(3), own.look(1), own.look(3)]).toEqual([false, 'again', 'complete']);
});
