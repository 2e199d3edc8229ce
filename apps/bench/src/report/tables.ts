/** Makes the tables for people: throughput with ratios, latency and idle connections, with notes on the marks. */
import type { LatencySummary } from '../measure/latency.ts';
import type { Spread } from '../measure/statistics.ts';
import { generatorShareMax } from '../rounds/round-figures.ts';
import { type ProbeRow, probeTables } from './probe-tables.ts';
import { type IdleRow, isLoadRow, type LoadRow, type Ratio, type Row } from './summary.ts';
import { grouped, type Line, ranged, type Table, unknown, verdictOf } from './table.ts';
import { targetTable } from './targets.ts';

const voidMark = '*';

const whole = (spread: Spread | null) => (spread === null ? unknown : grouped(spread.median));
const precise = (spread: Spread | null, digits: number) =>
  spread === null ? unknown : spread.median.toFixed(digits);
const percent = (spread: Spread | null) =>
  spread === null ? unknown : `${Math.round(spread.median * 100)} %`;
const isLoad =
  (kind: LoadRow['kind']) =>
  (row: Row): row is LoadRow =>
    row.kind === kind;
const isIdle = (row: Row): row is IdleRow => row.kind === 'idle';
const isProbe = (row: Row): row is ProbeRow => !isLoadRow(row) && !isIdle(row);

export function tablesOf(rows: readonly Row[]): Table[] {
  return [
    targetTable(rows.filter(isLoadRow)),
    throughput(rows.filter(isLoad('saturation'))),
    latency(rows.filter(isLoad('latency'))),
    idle(rows.filter(isIdle)),
    ...probeTables(rows.filter(isProbe)),
  ].filter(({ lines }) => lines.length > 0);
}

const faultsOf = (row: LoadRow): string =>
  row.faultyRounds === 0 ? '0 = 0 = 0' : `${row.lost} = ${row.duplicated} = ${row.reordered} FAILED`;
const marked = (text: string, row: LoadRow) => (row.voidRounds > 0 ? `${text}${voidMark}` : text);
const voidOf = ({ voidRounds, rounds }: LoadRow) => `${voidRounds}/${rounds}`;

function throughput(rows: readonly LoadRow[]): Table {
  const baselines = [...new Set(rows.flatMap(({ ratios }) => Object.keys(ratios)))];
  return {
    title: 'Saturation (closed loop; medians)',
    words: 2,
    head: [
      'shape',
      'system',
      'messages/s',
      'deliveries/s',
      'node CPU us/delivery',
      'node CPU us/message',
      'Redis CPU us/message',
      'node read calls/message',
      'node write calls/message',
      'script us/message',
      'Redis us/script',
      'generator CPU',
      'void',
      'lost = dup. = reord.',
      ...baselines.flatMap((name) => [`messages / ${name}`, `CPU per delivery / ${name}`]),
    ],
    lines: rows.map((row) => [
      row.shape,
      row.system,
      marked(whole(row.messagesPerSec), row),
      marked(whole(row.deliveriesPerSec), row),
      precise(row.nodeCpuUsPerDelivery, 2),
      precise(row.nodeCpuUsPerMessage, 1),
      precise(row.redisCpuUsPerMessage, 1),
      precise(row.nodeReadsPerMessage, 2),
      precise(row.nodeWritesPerMessage, 2),
      precise(row.redisScriptUsPerMessage, 1),
      precise(row.redisUsPerScript, 1),
      percent(row.generatorCpuShare),
      voidOf(row),
      faultsOf(row),
      ...baselines.flatMap((name) => ratioCells(row, row.ratios[name])),
    ]),
  };
}

const ratioCells = (row: LoadRow, ratio: Ratio | undefined): Line =>
  ratio === undefined ? ['', ''] : [marked(ranged(ratio.messages, 2), row), ranged(ratio.cpu, 3)];

function latency(rows: readonly LoadRow[]): Table {
  const times = (summary: LatencySummary | null) =>
    summary === null
      ? [unknown, unknown, unknown]
      : [grouped(summary.p50Us), grouped(summary.p99Us), grouped(summary.p999Us)];
  return {
    title: 'Latency in us, from the intended send (open loop; histograms of all rounds merged)',
    words: 2,
    head: [
      'shape',
      'system',
      'messages/s',
      'delivery p50',
      'p99',
      'p99.9',
      'ack p50',
      'p99',
      'p99.9',
      'Redis round trip',
      'generator CPU',
      'void',
      'lost = dup. = reord.',
    ],
    lines: rows.map((row) => [
      row.shape,
      row.system,
      marked(whole(row.messagesPerSec), row),
      ...times(row.deliveryLatency),
      ...times(row.ackLatency),
      precise(row.redisRoundTripUs, 0),
      percent(row.generatorCpuShare),
      voidOf(row),
      faultsOf(row),
    ]),
  };
}

function idle(rows: readonly IdleRow[]): Table {
  return {
    title: 'Idle connections',
    words: 1,
    head: ['system', 'RSS bytes per connection: median (least–greatest)', 'target'],
    lines: rows.map((row) => [
      row.system,
      ranged(row.rssBytesPerConnection, 0),
      idleTarget(
        row,
        rows.find(({ system }) => system === 'B0'),
      ),
    ]),
  };
}

/** @returns notes that a reader of the tables must know */
export function notesOf(rows: readonly Row[]): string[] {
  const loads = rows.filter(isLoadRow);
  const voided = loads.some(({ voidRounds }) => voidRounds > 0);
  return [
    ...(voided
      ? [
          `${voidMark} Void: in the rounds counted under "void" the generator was above ${generatorShareMax * 100} % of its core, so these rates and latencies are the generator's own. CPU per delivery still counts.`,
        ]
      : []),
    ...loads.flatMap(({ kind, shape, system, refused }) =>
      Object.entries(refused).map(
        ([code, count]) =>
          `Refused: ${kind} ${shape} ${system}: ${grouped(count)} sends were answered ${code}, so the rate was not kept.`,
      ),
    ),
    ...rows
      .filter(isProbe)
      .filter(({ faultyRounds }) => faultyRounds > 0)
      .map(
        ({ kind, system, firstProblem }) =>
          `FAILED: ${kind} ${system}: ${firstProblem ?? 'a receiver lacks what was acknowledged, got it twice or in another order'}`,
      ),
    ...loads
      .filter(({ faultyRounds }) => faultyRounds > 0)
      .map(
        ({ kind, shape, system, faultyRounds, rounds, firstProblem }) =>
          `FAILED: ${kind} ${shape} ${system}: ${faultyRounds} of ${rounds} rounds: ${firstProblem ?? 'a receiver lacks what was acknowledged, got it twice or in another order'}`,
      ),
  ];
}

function idleTarget(row: IdleRow, baseline: IdleRow | undefined): string {
  const [own, bare] = [row.rssBytesPerConnection?.median, baseline?.rssBytesPerConnection?.median];
  if (row.system !== 'Plenum' || own === undefined || bare === undefined) return '';
  return `≤ B0: ${verdictOf(own <= bare)}`;
}
