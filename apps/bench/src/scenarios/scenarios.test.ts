import { expect, test } from 'vitest';
import { probeKinds } from '../probes/probe.ts';
import { parseScenarios } from './scenarios.ts';

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
