/** Computes the figures of one round on one system. A figure that could not be measured is null, never zero. */
import type { LoadSample, Verdict } from '../load/plan.ts';
import { Latency, type LatencySummary } from '../measure/latency.ts';
import type { RedisSample } from '../measure/redis-gauge.ts';

/** A generator that uses more than this share of its core measures mainly itself. */
export const generatorShareMax = 0.7;

export interface Moment {
  readonly load: readonly LoadSample[];
  /** CPU of all nodes so far. */
  readonly nodeCpuUs: number | null;
  /** Read and write calls of all nodes so far. */
  readonly nodeReads: number | null;
  readonly nodeWrites: number | null;
  readonly redis: RedisSample | null;
  /** Scripts that named a group of the load so far; null: not counted. */
  readonly groupScripts: number | null;
}

export type Faults = Pick<
  Verdict,
  | 'lost'
  | 'duplicated'
  | 'reordered'
  | 'malformed'
  | 'resyncs'
  | 'disconnected'
  | 'unanswered'
  | 'refused'
  | 'firstProblem'
>;

export interface RoundFigures {
  readonly seconds: number;
  readonly acked: number;
  readonly delivered: number;
  readonly messagesPerSec: number;
  readonly deliveriesPerSec: number;
  readonly nodeCpuUsPerDelivery: number | null;
  /** Of all nodes. */
  readonly nodeCpuUsPerMessage: number | null;
  /** System calls of all nodes that read, and that wrote. */
  readonly nodeReadsPerMessage: number | null;
  readonly nodeWritesPerMessage: number | null;
  /** Of one core, over all nodes. */
  readonly nodeCpuShare: number | null;
  readonly redisCpuUsPerMessage: number | null;
  /** Only scripts that name a group; scripts that a node runs for itself do not count. */
  readonly scriptsPerMessage: number | null;
  /** Redis' own time in scripts; what nodes run for themselves is in it. */
  readonly redisScriptUsPerMessage: number | null;
  /** Redis' own time per script. A script may append several messages. */
  readonly redisUsPerScript: number | null;
  /** Of the busiest generator's core. */
  readonly generatorCpuShare: number;
  /** True if the generator was too busy: then rates and latencies are those of the generator. */
  readonly isVoid: boolean;
  readonly redisRoundTripUs: number | null;
  readonly faults: Faults;
  /** Open loop only: from the intended send to each receiver. */
  readonly deliveryLatency: LatencySummary | null;
  readonly ackLatency: LatencySummary;
  /** Encoded histograms, for merging over rounds. */
  readonly histograms: { readonly delivery: string; readonly ack: string };
}

interface Measured {
  readonly begin: Moment;
  readonly end: Moment;
  readonly verdicts: readonly Verdict[];
  readonly redisRoundTripUs: number | null;
}

export function figuresOf({ begin, end, verdicts, redisRoundTripUs }: Measured): RoundFigures {
  const load = loadBetween(begin.load, end.load);
  const delivery = Latency.merge(verdicts.map(({ deliveryLatency }) => deliveryLatency));
  const ack = Latency.merge(verdicts.map(({ ackLatency }) => ackLatency));
  const deliverySummary = delivery.summary();
  const nodeCpuUs = difference(begin.nodeCpuUs, end.nodeCpuUs);
  const redisCpuUs = difference(begin.redis?.cpuUs, end.redis?.cpuUs);
  const scripts = difference(begin.redis?.scriptCalls, end.redis?.scriptCalls);
  const scriptUs = difference(begin.redis?.scriptUs, end.redis?.scriptUs);
  return {
    ...load,
    nodeCpuUsPerDelivery: quotient(nodeCpuUs, load.delivered),
    nodeCpuUsPerMessage: quotient(nodeCpuUs, load.acked),
    nodeReadsPerMessage: quotient(difference(begin.nodeReads, end.nodeReads), load.acked),
    nodeWritesPerMessage: quotient(difference(begin.nodeWrites, end.nodeWrites), load.acked),
    nodeCpuShare: quotient(nodeCpuUs, load.seconds * 1e6),
    redisCpuUsPerMessage: quotient(redisCpuUs, load.acked),
    scriptsPerMessage: quotient(difference(begin.groupScripts, end.groupScripts), load.acked),
    redisScriptUsPerMessage: quotient(scripts === 0 ? null : scriptUs, load.acked),
    redisUsPerScript: quotient(scriptUs, scripts),
    isVoid: load.generatorCpuShare > generatorShareMax,
    redisRoundTripUs,
    faults: faultsOf(verdicts),
    deliveryLatency: deliverySummary.count === 0 ? null : deliverySummary,
    ackLatency: ack.summary(),
    histograms: { delivery: delivery.encode(), ack: ack.encode() },
  };
}

/** Each process is measured over its own interval: a busy one answers late. */
function loadBetween(begin: readonly LoadSample[], end: readonly LoadSample[]) {
  const parts = end.map((last, i) => {
    const first = begin[i] ?? last;
    const seconds = Math.max(1e-6, (last.atUs - first.atUs) / 1e6);
    const [acked, delivered] = [last.acked - first.acked, last.delivered - first.delivered];
    return { seconds, acked, delivered, cpuShare: (last.cpuUs - first.cpuUs) / 1e6 / seconds };
  });
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((all, part) => all + of(part), 0);
  return {
    seconds: sum(({ seconds }) => seconds) / Math.max(1, parts.length),
    acked: sum(({ acked }) => acked),
    delivered: sum(({ delivered }) => delivered),
    messagesPerSec: sum(({ acked, seconds }) => acked / seconds),
    deliveriesPerSec: sum(({ delivered, seconds }) => delivered / seconds),
    generatorCpuShare: Math.max(0, ...parts.map(({ cpuShare }) => cpuShare)),
  };
}

export function faultsOf(verdicts: readonly Verdict[]): Faults {
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((all, verdict) => all + of(verdict), 0);
  return {
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    malformed: sum(({ malformed }) => malformed),
    resyncs: sum(({ resyncs }) => resyncs),
    disconnected: sum(({ disconnected }) => disconnected),
    unanswered: sum(({ unanswered }) => unanswered),
    refused: addedUp(verdicts.map(({ refused }) => refused)),
    firstProblem: verdicts.find(({ firstProblem }) => firstProblem !== null)?.firstProblem ?? null,
  };
}

/** True if the round has faults, so that it fails. A refused send is not a fault: it was answered, so it is not lost. */
export const hasFaults = ({ firstProblem, refused, ...counts }: Faults): boolean =>
  Object.values(counts).some((count) => count > 0);

export function addedUp(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [name, count] of all.flatMap((one) => Object.entries(one))) {
    sums.set(name, count + (sums.get(name) ?? 0));
  }
  return Object.fromEntries(sums);
}

function difference(from: number | null | undefined, to: number | null | undefined): number | null {
  return from === null || from === undefined || to === null || to === undefined ? null : to - from;
}

const quotient = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole <= 0 ? null : part / whole;
