/** Serves the figures of a node in the text format of Prometheus. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { NodeReadings } from './metric-row.ts';
import { metricTable } from './metric-table.ts';

export interface Metrics {
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

/** Begins to count. Telemetry belongs to the process: two nodes in one process count each other's events. */
export function createMetrics(node: NodeReadings): Metrics {
  const registry = new Registry();
  const ends = metricTable.map((row) => row.install(registry, node));
  return {
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${await processMetrics().metrics()}`,
    close: () => {
      for (const end of ends.splice(0)) end();
      registry.clear();
    },
  };
}
