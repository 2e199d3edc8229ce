import type { TraceEvent } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { stepOf, summaryOf, timelineOf } from './timeline.ts';

const event = (stage: TraceEvent['stage'], at_ms: number, more: Partial<TraceEvent> = {}): TraceEvent => ({
  ...{ stage, at_ms, node_id: 'n-1' },
  ...more,
});

test('rows are in the order of the stages, and of time within one', () => {
  const events = [
    event('devices', 3),
    event('gateway', 0.2),
    event('feed', 2.5),
    event('feed', 2, { node_id: 'n-2' }),
  ];
  expect(timelineOf({ events }).rows.map(({ event: { stage, at_ms } }) => [stage, at_ms])).toEqual([
    ['gateway', 0.2],
    ['feed', 2],
    ['feed', 2.5],
    ['devices', 3],
  ]);
});

test('a bar begins where its stage began, and nothing is outside of the timeline', () => {
  const { rows } = timelineOf({
    events: [event('gateway', 0), event('script', 4, { took_ms: 3 }), event('feed', -1)],
  });
  const script = rows.find(({ event: { stage } }) => stage === 'script');
  expect(script?.to ?? 0).toBeGreaterThan(script?.from ?? 1);
  for (const { from, to } of rows) {
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(1);
  }
});

test.each([
  [5, 1],
  [0.3, 0.1],
  [12, 5],
  [90, 20],
  [1000, 200],
])('a span of %d ms has a tick every %d ms', (span, step) => {
  expect(stepOf(span)).toBeCloseTo(step, 9);
});

test('a path of one moment, or of none, has a timeline', () => {
  expect(timelineOf({ events: [] }).rows).toEqual([]);
  expect(timelineOf({ events: [event('gateway', 0)] }).rows).toHaveLength(1);
});

test('the summary names the store, the last device, and how many there are', () => {
  const events = [
    event('script', 1.5),
    event('devices', 3, { count: 4 }),
    event('devices', 2.5, { count: 3, node_id: 'n-2' }),
  ];
  expect(summaryOf({ events })).toEqual({ storedMs: 1.5, deliveredMs: 3, devices: 7, nodes: 2 });
  expect(summaryOf({ events: [] })).toEqual({ storedMs: null, deliveredMs: null, devices: 0, nodes: 0 });
});
