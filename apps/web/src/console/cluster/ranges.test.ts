import { expect, test } from 'vitest';
import { rangesText } from './ranges.ts';

test.each([
  [[], ''],
  [[7], '7'],
  [[0, 1, 2, 3, 7, 12, 13], '0–3, 7, 12–13'],
])('the numbers %j are %s', (numbers, text) => {
  expect(rangesText(numbers)).toBe(text);
});
