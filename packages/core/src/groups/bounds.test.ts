import { limits } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { firstPerAnswer, lastPerAnswer } from './bounds.ts';

const half = limits.answerMaxBytes / 2;
const bytesOf = (row: number) => row;

test('an answer holds the first or the last rows that fit together', () => {
  expect(firstPerAnswer([half, half, 1, 2], bytesOf)).toEqual([half, half]);
  expect(lastPerAnswer([1, 2, half, half], bytesOf)).toEqual([half, half]);
  expect(firstPerAnswer([1, 2, 3], bytesOf)).toEqual([1, 2, 3]);
  expect(lastPerAnswer([], bytesOf)).toEqual([]);
});

test('a row that is larger than an answer is an answer by itself', () => {
  expect(firstPerAnswer([3 * half, 1], bytesOf)).toEqual([3 * half]);
  expect(lastPerAnswer([1, 3 * half], bytesOf)).toEqual([3 * half]);
});
