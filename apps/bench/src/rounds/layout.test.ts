import { expect, test } from 'vitest';
import { parseShape, windowPerSender } from './layout.ts';

test.each(['', '5', '0x5', '5x0', 'x', '9999x9999', '1x-1'])('%j is no shape', (text) => {
  expect(() => parseShape(text)).toThrow('is no shape');
});

test('the window of a group is shared by its senders, and none has less than one', () => {
  expect(windowPerSender(parseShape('1x500'), null)).toBe(32);
  expect(windowPerSender(parseShape('200x2'), null)).toBe(2);
  expect(windowPerSender(parseShape('1x500'), 1)).toBe(1);
});
