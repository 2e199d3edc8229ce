/**
 * What the console has read of the cluster in the last minutes. It belongs to the tab, not to a page, so the charts are there again
 * when their page is opened again. A time in which nothing was read is a hole in the charts.
 */

import type { ClusterFigures, NodeFigures } from '@plenum/protocol';
import { Store } from '../../session/store.ts';
import { type Rates, ratesOf, sumOfRates } from './rates.ts';

/** One moment of the whole cluster. Null: not known. */
export interface Moment {
  /** Seconds since 1970. */
  readonly at: number;
  readonly sent: number | null;
  readonly delivered: number | null;
  readonly requests: number | null;
  /** Of the slowest node, ms. */
  readonly requestP50: number | null;
  readonly requestP99: number | null;
  readonly loopLagP99: number | null;
  readonly sockets: number | null;
  readonly memoryBytes: number | null;
  /** Of the busiest node, of one core. */
  readonly cpuPercent: number | null;
}
export interface Reading {
  readonly figures: ClusterFigures;
  /** By node id. */
  readonly rates: ReadonlyMap<string, Rates>;
  /** The sum; null after the first reading. */
  readonly total: Rates | null;
}

/** At one reading in three seconds: fifteen minutes. */
const momentsMax = 300;
/** A longer time between two readings is a hole, s. */
const holeS = 10;

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const hole = (at: number): Moment => ({
  ...{ at, sent: null, delivered: null, requests: null, requestP50: null, requestP99: null },
  ...{ loopLagP99: null, sockets: null, memoryBytes: null, cpuPercent: null },
});

function momentOf({ figures: { at, nodes }, total }: Reading): Moment {
  return {
    at: Date.parse(at) / 1000,
    sent: total?.sent ?? null,
    delivered: total?.delivered ?? null,
    requests: total?.requests ?? null,
    requestP50: worst(nodes.map(({ request_ms }) => request_ms.p50)),
    requestP99: worst(nodes.map(({ request_ms }) => request_ms.p99)),
    loopLagP99: worst(nodes.map(({ loop_lag_ms }) => loop_lag_ms.p99)),
    sockets: sum(nodes.map(({ sockets }) => sockets)),
    cpuPercent: worst(nodes.map(({ cpu_percent }) => cpu_percent)),
    memoryBytes: sum(nodes.map(({ memory }) => memory.rss_bytes)),
  };
}

/** A node without a reading before keeps its rates of then, if it had any: a reading that came too early changes nothing. */
export function readingOf(before: Reading | null, figures: ClusterFigures): Reading {
  const earlier = new Map<string, NodeFigures>(before?.figures.nodes.map((node) => [node.node_id, node]));
  const rates = new Map<string, Rates>();
  for (const node of figures.nodes) {
    const found = ratesOf(earlier.get(node.node_id), node);
    if (found !== null) rates.set(node.node_id, found);
  }
  return { figures, rates, total: rates.size === 0 ? null : sumOfRates([...rates.values()]) };
}

/** The moments with a new one at the end, and a hole before it where nothing was read for long. */
function withMoment(moments: readonly Moment[], moment: Moment): readonly Moment[] {
  const last = moments[moments.length - 1];
  if (last !== undefined && moment.at <= last.at) return moments;
  const isHole = last !== undefined && moment.at - last.at > holeS;
  return [...moments, ...(isHole ? [hole(last.at + 1)] : []), moment].slice(-momentsMax);
}

export class Readings {
  readonly last = new Store<Reading | null>(null);
  readonly moments = new Store<readonly Moment[]>([]);

  add(figures: ClusterFigures): Reading {
    const reading = readingOf(this.last.get(), figures);
    this.last.set(reading);
    this.moments.update((moments) => withMoment(moments, momentOf(reading)));
    return reading;
  }
}
