import { expect, test } from 'vitest';
import { Latency } from '../measure/latency.ts';
import { type Faults, figuresOf, type Moment, type RoundFigures } from '../rounds/round-figures.ts';
import type { Cell } from '../scenarios/scenarios.ts';
import { isFaulty, isLoadRow, type LoadRow, summaryOf } from './summary.ts';
import { notesOf, tablesOf } from './tables.ts';

const empty = new Latency().encode();
const verdict = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  malformed: 0,
  resyncs: 0,
  disconnected: 0,
  unanswered: 0,
  refused: {},
  firstProblem: null,
  deliveryLatency: empty,
  ackLatency: empty,
};
const momentAt = (sec: number, delivered: number, generatorCpuUs = 0): Moment => ({
  load: [
    {
      atUs: sec * 1e6,
      acked: delivered / 10,
      delivered,
      cpuUs: generatorCpuUs,
      resumed: 0,
      lastResumedUs: 0,
    },
  ],
  nodeCpuUs: sec * 5e5,
  nodeReads: sec * 1000,
  nodeWrites: sec * 500,
  redis: { cpuUs: sec * 1e5, scriptCalls: 0, scriptUs: 0 },
  groupScripts: null,
});

/** Two seconds at this rate. */
function round(deliveriesPerSec: number, faults: Partial<Faults> = {}): RoundFigures {
  const figures = figuresOf({
    begin: momentAt(1, 0),
    end: momentAt(3, 2 * deliveriesPerSec),
    verdicts: [verdict],
    redisRoundTripUs: 50,
  });
  return { ...figures, faults: { ...figures.faults, ...faults } };
}

const cell = (system: string, number: number, figures: RoundFigures): Cell => ({
  kind: 'saturation',
  shape: '1x500',
  system,
  round: number,
  ratePerSec: null,
  figures,
});
const rowOf = (cells: readonly Cell[], system: string) =>
  summaryOf(cells).find((row): row is LoadRow => isLoadRow(row) && row.system === system);

test('rates and CPU are those of the interval', () => {
  expect(round(1000)).toMatchObject({
    messagesPerSec: 100,
    deliveriesPerSec: 1000,
    nodeCpuUsPerDelivery: 500,
    nodeCpuShare: 0.5,
    nodeCpuUsPerMessage: 5000,
    nodeReadsPerMessage: 10,
    nodeWritesPerMessage: 5,
    redisCpuUsPerMessage: 1000,
    redisScriptUsPerMessage: null,
    redisUsPerScript: null,
    isVoid: false,
  });
});

test('a round whose generator was too busy is void', () => {
  const measured = { verdicts: [verdict], redisRoundTripUs: null };
  const { isVoid } = figuresOf({ begin: momentAt(1, 0), end: momentAt(2, 10, 710_000), ...measured });
  expect(isVoid).toBe(true);
});

test('ratios are taken round by round', () => {
  const cells = [
    cell('B0', 1, round(100)),
    cell('Plenum', 1, round(1000)),
    cell('B0', 2, round(50)),
    cell('Plenum', 2, round(100)),
    cell('B0', 3, round(100)),
    cell('Plenum', 3, round(400)),
  ];
  expect(rowOf(cells, 'Plenum')?.ratios['B0']?.messages).toEqual({ median: 4, min: 2, max: 10 });
  expect(rowOf(cells, 'B0')?.ratios).toEqual({});
});

test('one lost message in one round makes the run a failure, and the table says so', () => {
  const cells = [cell('B0', 1, round(100)), cell('B0', 2, round(100, { lost: 1, firstProblem: 'gone' }))];
  const rows = summaryOf(cells);
  expect(isFaulty(rows)).toBe(true);
  expect(tablesOf(rows)[0]?.lines[0]).toContain('1 = 0 = 0 FAILED');
  expect(notesOf(rows).join()).toContain('gone');
});

test('a refused send is noted and is no loss', () => {
  const rows = summaryOf(
    [1, 2].map((number) => cell('B0', number, round(100, { refused: { rate_limited: 2 } }))),
  );
  expect(isFaulty(rows)).toBe(false);
  expect(notesOf(rows).join()).toContain('4 sends were answered rate_limited');
});

test('a figure of a probe is judged by its median, and what was not measured is not judged', () => {
  const probed = (round: number, value: number | null): Cell => ({
    kind: 'storm',
    system: 'Plenum',
    round,
    figures: [
      { name: 'back after', value, unit: 's', target: { atMost: 5 } },
      { name: 'never measured', value: null, unit: 's', target: { atMost: 5 } },
    ],
    faults: 0,
    firstProblem: null,
  });
  const [table] = tablesOf(summaryOf([probed(1, 2), probed(2, 9), probed(3, 4.5)]));
  expect(table?.lines).toEqual([
    ['Plenum', 'back after', '4.50 (2.00–9.00)', 's', '≤ 5: met'],
    ['Plenum', 'never measured', '–', 's', '≤ 5: –'],
  ]);
});

test('a fault in a probe makes the run a failure, and is reported', () => {
  const rows = summaryOf([
    { kind: 'storm', system: 'Plenum', round: 1, figures: [], faults: 3, firstProblem: 'a frame was lost' },
  ]);
  expect(isFaulty(rows)).toBe(true);
  expect(notesOf(rows).join()).toContain('a frame was lost');
});

test('a run without faults is none', () => {
  expect(isFaulty(summaryOf([cell('B0', 1, round(100))]))).toBe(false);
});
