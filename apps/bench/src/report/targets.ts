/** The targets of the project, each beside the figure of this run. A missed target does not fail the run. */
import type { LatencySummary } from '../measure/latency.ts';
import type { LoadRow, Ratio } from './summary.ts';
import { grouped, type Line, ranged, type Table, unknown, verdictOf } from './table.ts';

interface Target {
  /** At least this many times the messages per second of B0. */
  readonly messagesRatio: number;
  /** At most one part in this many of B0's CPU per delivery. */
  readonly cpuParts: number;
}

const targets: Readonly<Record<string, Target>> = {
  '1x500': { messagesRatio: 40, cpuParts: 45 },
  '5x100': { messagesRatio: 15, cpuParts: 18 },
  '50x10': { messagesRatio: 3, cpuParts: 4 },
  '200x2': { messagesRatio: 2.2, cpuParts: 3 },
};

/** CPU of Redis at saturation, where messages share a script. Its own time in scripts grows with every preemption. */
const redisUsMax = 13;
/** From this number of members on, p99 has a target too. The tail of a smaller group depends on the scheduler of the machine. */
const tailFromMembers = 50;
/** Larger groups may add one round trip to Redis to the median of B0. */
const strictMedianMembers = 50;

/** Null where this run has no figure. */
type Judged = readonly [figure: string, isMet: boolean | null];

export function targetTable(rows: readonly LoadRow[]): Table {
  return {
    title: 'Targets',
    words: 3,
    head: ['shape', 'figure', 'target', 'this run', 'met'],
    lines: rows
      .filter(({ system }) => system === 'Plenum')
      .flatMap((own) => {
        const peerOf = (name: string) =>
          rows.find(({ kind, shape, system }) => kind === own.kind && shape === own.shape && system === name);
        return own.kind === 'saturation'
          ? [...ratioLines(own), ...redisLines(own), ...centrifugoLines(own, peerOf('Centrifugo'))]
          : latencyLines(own, peerOf('B0')?.deliveryLatency ?? null);
      }),
  };
}

function ratioLines({ shape, ratios }: LoadRow): Line[] {
  const [target, ratio] = [targets[shape], ratios['B0']];
  if (target === undefined || ratio === undefined) return [];
  const { messagesRatio, cpuParts } = target;
  return [
    line(shape, 'messages/s, times B0', `≥ ${messagesRatio}`, timesOf(ratio, messagesRatio)),
    line(shape, 'CPU per delivery, part of B0', `≤ 1/${cpuParts}`, partOf(ratio, cpuParts)),
  ];
}

const timesOf = ({ messages }: Ratio, least: number): Judged =>
  messages === null ? [unknown, null] : [ranged(messages, 2), messages.median >= least];

const partOf = ({ cpu }: Ratio, parts: number): Judged =>
  cpu === null || cpu.median === 0
    ? [unknown, null]
    : [`1/${(1 / cpu.median).toFixed(1)}`, cpu.median <= 1 / parts];

function redisLines({ shape, redisCpuUsPerMessage: us }: LoadRow): Line[] {
  if (us === null || targets[shape] === undefined) return [];
  const judged: Judged = [ranged(us, 1), us.median <= redisUsMax];
  return [line(shape, 'Redis CPU, us per message', `≤ ${redisUsMax}`, judged)];
}

function centrifugoLines(own: LoadRow, centrifugo: LoadRow | undefined): Line[] {
  if (centrifugo === undefined) return [];
  const [mine, its] = [cpuUsPerMessage(own), cpuUsPerMessage(centrifugo)];
  const target = `< ${its === null ? unknown : its.toFixed(1)} (Centrifugo)`;
  const judged: Judged = mine === null || its === null ? [unknown, null] : [mine.toFixed(1), mine < its];
  return [line(own.shape, 'node + Redis CPU, us per message', target, judged)];
}

function cpuUsPerMessage({ nodeCpuUsPerMessage, redisCpuUsPerMessage }: LoadRow): number | null {
  if (nodeCpuUsPerMessage === null || redisCpuUsPerMessage === null) return null;
  return nodeCpuUsPerMessage.median + redisCpuUsPerMessage.median;
}

function latencyLines(row: LoadRow, bare: LatencySummary | null): Line[] {
  const { shape, deliveryLatency: own } = row;
  if (own === null || bare === null) return [];
  const members = Number(shape.split('x')[1] ?? 0);
  const isStrict = members === strictMedianMembers;
  const roundTripUs = isStrict ? 0 : (row.redisRoundTripUs?.median ?? 0);
  const median = isStrict ? 'p50 in us, at most that of B0' : 'p50 in us, at most that of B0 + round trip';
  const lineOf = (name: string, mine: number, limit: number): Line =>
    line(shape, name, `≤ ${grouped(limit)}`, [grouped(mine), mine <= limit]);
  return [
    lineOf(median, own.p50Us, bare.p50Us + roundTripUs),
    ...(members < tailFromMembers
      ? []
      : [
          lineOf('p99 in us, at most that of B0', own.p99Us, bare.p99Us),
          lineOf('p99.9 in us, at most that of B0', own.p999Us, bare.p999Us),
        ]),
  ];
}

const line = (shape: string, figure: string, target: string, [shown, isMet]: Judged): Line => [
  shape,
  figure,
  target,
  shown,
  isMet === null ? unknown : verdictOf(isMet),
];
