import { expect, test } from 'vitest';
import { Latency } from '../measure/latency.ts';
import { centrifugoLine } from './result.ts';
import type { LoadRow } from './summary.ts';
import { targetTable } from './targets.ts';

const constant = (value: number) => ({ median: value, min: value, max: value });
const nothing = new Latency().summary();

const rowOf = (system: string, figures: Partial<LoadRow> = {}): LoadRow => ({
  kind: 'saturation',
  shape: '200x2',
  system,
  rounds: 1,
  voidRounds: 0,
  messagesPerSec: constant(1),
  deliveriesPerSec: constant(1),
  nodeCpuUsPerDelivery: constant(1),
  nodeCpuUsPerMessage: constant(12),
  nodeReadsPerMessage: null,
  nodeWritesPerMessage: null,
  redisCpuUsPerMessage: constant(12.5),
  redisScriptUsPerMessage: constant(11),
  redisUsPerScript: null,
  generatorCpuShare: null,
  redisRoundTripUs: constant(100),
  lost: 0,
  duplicated: 0,
  reordered: 0,
  faultyRounds: 0,
  refused: {},
  firstProblem: null,
  ratios: {},
  deliveryLatency: null,
  ackLatency: nothing,
  ...figures,
});
const judged = (rows: readonly LoadRow[]) =>
  targetTable(rows).lines.map(([, figure, target, shown, verdict]) => [figure, target, shown, verdict]);

test('each target of a shape is beside its figure', () => {
  const ratios = { B0: { messages: constant(2.3), cpu: constant(0.4) } };
  expect(judged([rowOf('B0'), rowOf('Plenum', { ratios })])).toEqual([
    ['messages/s, times B0', '≥ 2.2', '2.30 (2.30–2.30)', 'met'],
    ['CPU per delivery, part of B0', '≤ 1/3', '1/2.5', 'missed'],
    ['Redis CPU, us per message', '≤ 13', '12.5 (12.5–12.5)', 'met'],
  ]);
});

test('a figure that was not measured is neither met nor missed', () => {
  const ratios = { B0: { messages: null, cpu: null } };
  const lines = judged([rowOf('Plenum', { ratios, redisCpuUsPerMessage: null })]);
  expect(lines.map(([, , , verdict]) => verdict)).toEqual(['–', '–']);
});

test.each([
  [27, 9.4, 'met'],
  [15, 9.4, 'missed'],
])('beside a Centrifugo of %d + %d us the target is %s', (nodeUs, redisUs, verdict) => {
  const its = { nodeCpuUsPerMessage: constant(nodeUs), redisCpuUsPerMessage: constant(redisUs) };
  const lines = judged([rowOf('Centrifugo', its), rowOf('Plenum')]);
  expect(lines).toContainEqual([
    'node + Redis CPU, us per message',
    `< ${(nodeUs + redisUs).toFixed(1)} (Centrifugo)`,
    '24.5',
    verdict,
  ]);
});

test.each([
  ['1x50', ['missed', 'met', 'missed']],
  ['1x500', ['met', 'met', 'missed']],
  ['1x10', ['met']],
])('at %s the latency targets are %j', (shape, verdicts) => {
  const latency = { count: 1, maxUs: 9000, p99Us: 5000 };
  const row = (system: string, faster: number) =>
    rowOf(system, {
      kind: 'latency',
      shape,
      deliveryLatency: { ...nothing, ...latency, p50Us: 1000 - faster, p999Us: 8000 - faster },
    });
  expect(judged([row('B0', 50), row('Plenum', 0)]).map(([, , , verdict]) => verdict)).toEqual(verdicts);
});

test('one line says what Centrifugo took in the same run', () => {
  const its = { nodeCpuUsPerMessage: constant(30), redisCpuUsPerMessage: constant(9.4) };
  expect(centrifugoLine([rowOf('Centrifugo', its), rowOf('Plenum')])).toBe(
    'Centrifugo with Redis and history in the same run, server + Redis CPU in us per message: 200 × 2: 30.0 + 9.4 (Plenum 12.0 + 12.5).',
  );
  expect(centrifugoLine([rowOf('Plenum')])).toBeNull();
});
