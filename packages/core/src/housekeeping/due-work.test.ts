import { expect, test } from 'vitest';
import { HandClock } from '../../test/hand-clock.ts';
import { idleMutesWork } from './due-work.ts';
import { type Finding, Findings } from './findings.ts';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const nothing: Finding = { isMuteDue: false, isAbsenceDue: false, hostingNodes: [] };

/** The owner of partitions 1 and 2; `calls` lists for which partitions the store was asked. */
function owner() {
  const clock = new HandClock();
  const findings = new Findings(clock);
  const calls: number[] = [];
  const dueMutes = {
    endDueMutes: async (partition: number) => {
      calls.push(partition);
    },
  };
  const work = idleMutesWork({ dueMutes, findings, clock, logger });
  const stop = new AbortController();
  for (const partition of [1, 2]) {
    void work.run({ partition, nodeId: 'a', token: 1 }, stop.signal);
  }
  work.start();
  /** @param find called every second, as often as a lease is renewed */
  const pass = async (ms: number, find: () => void = () => {}) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 250) {
      if (passedMs % 1000 === 0) find();
      clock.move(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { findings, calls, pass };
}

test('the store is asked only for a partition in which something is due, once a second', async () => {
  const { findings, calls, pass } = owner();
  const nothingDue = () => {
    for (const partition of [1, 2]) findings.note(partition, nothing);
  };
  await pass(20_000, nothingDue);
  expect(calls).toEqual([]);
  await pass(3000, () => {
    nothingDue();
    findings.note(2, { ...nothing, isMuteDue: true });
  });
  expect(calls).toEqual([2, 2, 2]);
});

test('what is due is asked for within a quarter of a second after the renewal that found it', async () => {
  const { findings, calls, pass } = owner();
  await pass(1000);
  findings.note(1, { ...nothing, isMuteDue: true });
  await pass(250);
  expect(calls).toEqual([1]);
});

test('a partition whose renewals find nothing at all is asked every second after 3 s', async () => {
  const { findings, calls, pass } = owner();
  await pass(2750, () => findings.note(2, nothing));
  expect(calls).toEqual([]);
  await pass(3000, () => findings.note(2, nothing));
  expect(calls).toEqual([1, 1, 1]);
});
