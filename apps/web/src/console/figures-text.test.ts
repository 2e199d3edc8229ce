import { expect, test } from 'vitest';
import { bytesText, countText, durationText, msText } from './figures-text.ts';

test.each([
  [0, '0'],
  [0.42, '0.4'],
  [3, '3'],
  [9.97, '10'],
  [1234.4, '1,234'],
  [9994, '9,994'],
  [12_345, '12.3 k'],
  [999_400, '999.4 k'],
  [1_240_000, '1.2 M'],
])('the count %d is %s', (value, text) => {
  expect(countText(value)).toBe(text);
});

test.each([
  [null, '–'],
  [0, '0 ms'],
  [0.04, '< 0.1 ms'],
  [4.21, '4.2 ms'],
  [9.96, '10 ms'],
  [812.6, '813 ms'],
  [1240, '1.2 s'],
])('%s ms are %s', (value, text) => {
  expect(msText(value)).toBe(text);
});

test('bytes and durations have one unit', () => {
  expect([0, 999, 12_400, 84_000_000, 1_240_000_000].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '12 kB',
    '84 MB',
    '1.2 GB',
  ]);
  expect([800, 89_000, 600_000, 7_200_000, 400_000_000].map(durationText)).toEqual([
    '1 s',
    '89 s',
    '10 min',
    '2 h',
    '5 d',
  ]);
});
