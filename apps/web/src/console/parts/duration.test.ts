import { expect, test } from 'vitest';
import { durationMs, durationText } from './duration.ts';

test.each([
  ['500', 500],
  ['0', 0],
  ['30 s', 30_000],
  ['1.5h', 5_400_000],
  ['10 min', 600_000],
  ['10m', 600_000],
  [' 7 D ', 604_800_000],
])('%s is so many ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', 'soon', '5 weeks', '-1 s', '1 2 s', '5 constructor'])('%s is no duration', (text) => {
  expect(durationMs(text)).toBeNull();
});

test.each([0, 1, 999, 1000, 90_000, 3_600_000, 86_400_000, 86_400_001])(
  'what is shown of %d ms is read as it',
  (ms) => {
    expect(durationMs(durationText(ms))).toBe(ms);
  },
);

test('the unit is the largest that shows a whole number', () => {
  expect(durationText(90_000)).toBe('90 s');
  expect(durationText(86_400_000)).toBe('1 d');
});
