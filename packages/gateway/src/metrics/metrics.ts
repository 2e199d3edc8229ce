/** The figures of a node in the text format of Prometheus. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { NodeReadings } from './metric-row.ts';
import { metricTable } from './metric-table.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Stops counting. Idempotent. */
  close(): void;
}

/** Figures of the process are made once: the observers behind them cannot be taken away again. */
let processRegistry: Registry | null = null;
function processMetrics(): Registry {
  if (processRegistry !== null) return processRegistry;
  processRegistry = new Registry();
  collectDefaultMetrics({ register: processRegistry });
  return processRegistry;
}

/** Counts from now on. Telemetry is that of the process: two nodes in one process see each other's events. */
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
