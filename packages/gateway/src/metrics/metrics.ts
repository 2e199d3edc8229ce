/** Serves the figures of a node in the text format of Prometheus. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Machine, ProcessFigures } from '../machine.ts';
import type { NodeReadings } from './metric-row.ts';
import { metricTable } from './metric-table.ts';

export interface Metrics {
  /** What this node counts, without the figures of the process. */
  readonly registry: Registry;
  readonly contentType: string;
  text(): Promise<string>;
  /** Stops counting. Idempotent. */
  close(): void;
}

/** Created once per process: the observers behind these figures cannot be removed again. */
let processRegistry: Registry | null = null;
function processMetrics(): Registry {
  if (processRegistry !== null) return processRegistry;
  processRegistry = new Registry();
  collectDefaultMetrics({ register: processRegistry });
  return processRegistry;
}

/** The figures of this process alone, without those of a node. */
export const readProcessFigures = (): Promise<ProcessFigures> => processMetrics().getMetricsAsJSON();

/**
 * Begins to count. Telemetry belongs to the process: two nodes in one process count each other's events.
 * @param machine null: this process is alone behind its port
 */
export function createMetrics(node: NodeReadings, machine: Machine | null): Metrics {
  const registry = new Registry();
  const ends = metricTable.map((row) => row.install(registry, node));
  const own = async () => `${await registry.metrics()}\n${await processMetrics().metrics()}`;
  machine?.offerFigures(async () =>
    (await Promise.all([registry.getMetricsAsJSON(), readProcessFigures()])).flat(),
  );
  return {
    registry,
    contentType: registry.contentType,
    text: () => machine?.figures() ?? own(),
    close: () => {
      for (const end of ends.splice(0)) end();
      registry.clear();
    },
  };
}
