import { expect, test } from 'vitest';
import { NumberStream } from './number-stream.ts';

function findings(first: number, numbers: readonly number[], head: number) {
  const stream = new NumberStream();
  stream.begin(first);
  for (const number of numbers) stream.accept(number);
  return { lost: stream.lost(head), duplicated: stream.duplicated, reordered: stream.reordered };
}

test.each([
  ['nothing is wrong with a dense stream', [1, 2, 3], { lost: 0, duplicated: 0, reordered: 0 }],
  ['a number that is passed over is lost', [1, 3], { lost: 1, duplicated: 0, reordered: 0 }],
  ['numbers behind the last are lost', [1], { lost: 2, duplicated: 0, reordered: 0 }],
  ['a number that comes twice is duplicated', [1, 2, 2, 3, 1], { lost: 0, duplicated: 2, reordered: 0 }],
  ['a number that comes late is reordered and not lost', [2, 1, 3], { lost: 0, duplicated: 0, reordered: 1 }],
  ['a late number that comes twice is both', [3, 2, 2], { lost: 1, duplicated: 1, reordered: 1 }],
])('%s', (_, numbers, expected) => {
  expect(findings(1, numbers, 3)).toEqual(expected);
});

test('what came before the beginning was known counts', () => {
  const stream = new NumberStream();
  stream.accept(9);
  stream.begin(7);
  stream.accept(10);
  expect(stream.lost(10)).toBe(2);
});

test('a stream that never began lacks nothing', () => {
  expect(new NumberStream().lost(5)).toBe(0);
});
