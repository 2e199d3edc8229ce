/**
 * Adds up the figures of the processes of one machine, so that one scrape gives the whole machine under the names and
 * labels of one node. Example: two workers with 3 and 4 sockets give `plenum_sockets 7`.
 */
import { AggregatorRegistry } from 'prom-client';
import { z } from 'zod';
import type { ProcessFigures } from '../machine.ts';

/** Figures that are not sums: what holds for one worker holds for the machine. */
const notSums: Readonly<Record<string, string>> = {
  plenum_node_info: 'max',
  plenum_build_info: 'max',
  plenum_adapter_breaker_open: 'max',
  plenum_redis_memory_used_bytes: 'max',
  plenum_redis_memory_max_bytes: 'max',
  process_max_fds: 'min',
  // Processes have different starts: the oldest one is the primary.
  process_start_time_seconds: 'min',
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
};

const figureSchema = z.looseObject({ name: z.string(), type: z.string() });

/** True for a figure that must not fall when a process ends: it counts what has happened. */
const isLasting = (figure: object): boolean => {
  const { type, name } = figureSchema.parse(figure);
  return (type === 'counter' || type === 'histogram') && !(name in notSums);
};

/** The part of the figures of an ended process that still counts. */
export const lastingFigures = (figures: ProcessFigures): ProcessFigures => figures.filter(isLasting);

const withRule = (figure: object): object => {
  const rule = notSums[figureSchema.parse(figure).name];
  return rule === undefined ? figure : { ...figure, aggregator: rule };
};

/** @returns the sums as text for Prometheus */
export function addUp(processes: readonly ProcessFigures[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((figures) => figures.map(withRule))).metrics();
}

/** @returns the sums as figures that can be added up again */
export async function addUpFigures(processes: readonly ProcessFigures[]): Promise<ProcessFigures> {
  return AggregatorRegistry.aggregate(processes.map((figures) => [...figures])).getMetricsAsJSON();
}
