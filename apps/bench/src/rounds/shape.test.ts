import { expect, test } from 'vitest';
import { probeKinds } from '../probes/probe.ts';
import { parseScenarios, parseShape, windowPerSender } from './shape.ts';

test('a list of shapes is read, with latency, idle and probes among them', () => {
  expect(parseScenarios('5x100, latency:1x50,idle,storm')).toEqual([
    { kind: 'saturation', shape: { name: '5x100', groups: 5, membersPerGroup: 100 } },
    { kind: 'latency', shape: { name: '1x50', groups: 1, membersPerGroup: 50 } },
    { kind: 'idle' },
    { kind: 'storm' },
  ]);
});

test('all is every scenario', () => {
  const kinds = new Set(parseScenarios('all').map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(['saturation', 'latency', 'idle', ...probeKinds]));
});

test.each(['', '5', '0x5', '5x0', 'x', '9999x9999', '1x-1'])('%j is no shape', (text) => {
  expect(() => parseShape(text)).toThrow('is no shape');
});

test('the window of a group is shared by its senders, and none has less than one', () => {
  expect(windowPerSender(parseShape('1x500'), null)).toBe(32);
  expect(windowPerSender(parseShape('200x2'), null)).toBe(2);
  expect(windowPerSender(parseShape('1x500'), 1)).toBe(1);
});
