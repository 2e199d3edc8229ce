/** What an outage of both adapters may cost the nodes and the senders. */
import { expect } from 'vitest';
import type { OutageFigures } from './adapter-outage.ts';
import { callsLetThrough } from './breaker-bound.ts';

/** Each of the two groups may be of another node. */
const groups = 2;
/** What a node holds of an outbox is one batch, however much is in it. */
const heapGrowthMaxBytes = 16 * 1024 * 1024;

export function expectBounded(figures: OutageFigures): void {
  const callsMax = callsLetThrough(figures.downMs, groups);
  expect(figures.archiveCalls).toBeGreaterThan(0);
  expect(figures.archiveCalls).toBeLessThanOrEqual(callsMax);
  expect(figures.webhookCalls).toBeLessThanOrEqual(groups * callsMax);
  expect(figures.heapGrowthBytes).toBeLessThan(heapGrowthMaxBytes);
  expect(figures.refusals).toEqual({ calm: [], busy: ['room_overloaded'] });
}
