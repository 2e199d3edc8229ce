/** What a chaos run relies on: a schedule that its seed repeats, and windows that excuse nothing outside of them. */
import { historyEntrySchema } from '@plenum/protocol';
import type { RunHistory } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { deploymentKinds } from './deployment.ts';
import { lossesIn } from './losses.ts';
import { described, faultsOn, scheduleOf } from './schedule.ts';

const options = { durationMs: 3_600_000, hasDisk: true, hasClock: true };

test.each(deploymentKinds)('a seed gives one schedule, and another seed another one (%s)', (kind) => {
  const schedule = (seed: number) => scheduleOf({ ...options, seed, kind }).map(described);
  expect(schedule(7)).toEqual(schedule(7));
  expect(schedule(7)).not.toEqual(schedule(8));
});

test.each(deploymentKinds)('no fault comes again before every fault has come (%s)', (kind) => {
  const table = faultsOn({ ...options, kind }).map(({ name }) => name);
  const steps = scheduleOf({ ...options, kind, seed: 3 });
  const first = steps.slice(0, table.length).flatMap(({ faults }) => faults.map(({ fault }) => fault.name));
  expect(first.toSorted()).toEqual(table.toSorted());
  expect(new Set(table).size).toBe(table.length);
});

/** The ack of a message at 5,000 ms whose epoch is over, and which is in no log. */
const lossy: RunHistory = {
  logs: [
    {
      groupId: 'g',
      groupType: 'public',
      entries: [
        historyEntrySchema.parse({
          ...{ group_id: 'g', epoch: '00000000000000bb', seq: 1, timestamp: '2026-01-01T00:00:00.000Z' },
          ...{ type: 'created', user_id: 'ann' },
        }),
      ],
    },
  ],
  sends: [
    {
      ...{ groupId: 'g', userId: 'ann', requestId: 'r', message: 'hi' },
      answer: { type: 'ack', epoch: '00000000000000aa', seq: 2, messageId: '00000000000000aa-2' },
      times: { sentMs: 4990, answeredMs: 5000 },
    },
  ],
  deliveries: [],
};

test('an ack may be lost in a window, which is named, and outside of every window it is a fault', () => {
  const window = (fromMs: number) => [{ fromMs, untilMs: fromMs + 1000, why: 'a failover' }];
  expect(lossesIn(lossy, window(4500))).toEqual({ documented: { 'a failover': 1 }, undocumented: [] });
  expect(lossesIn(lossy, window(5001)).undocumented).toHaveLength(1);
  // It was answered late, by a node that had the answer of Redis.
  expect(lossesIn(lossy, window(3995)).undocumented).toEqual([]);
  expect(lossesIn(lossy, window(3985)).undocumented).toHaveLength(1);
  expect(lossesIn(lossy, []).undocumented).toHaveLength(1);
});
