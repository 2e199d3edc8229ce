import { type DeliveryKind, watchTelemetry } from '@plenum/core';
import { Gauge } from 'prom-client';
import type { Description, MetricRow } from './metric-row.ts';

/** The sum over the partitions that this node owns: one that it gives up is the next owner's to count. */
export function queueGauge(description: Description): MetricRow {
  return {
    ...description,
    type: 'gauge',
    labels: ['kind'],
    events: ['queue_size', 'lease_lost'],
    install: (registry) => {
      const sizes = new Map<DeliveryKind, Map<number, number>>();
      const { name, help } = description;
      new Gauge({
        name,
        help,
        labelNames: ['kind'],
        registers: [registry],
        collect() {
          for (const [kind, ofPartition] of sizes) {
            this.set(
              { kind },
              [...ofPartition.values()].reduce((sum, size) => sum + size, 0),
            );
          }
        },
      });
      const ends = [
        watchTelemetry('queue_size', ({ kind, partition, size }) => {
          const ofPartition = sizes.get(kind) ?? new Map<number, number>();
          sizes.set(kind, ofPartition.set(partition, size));
        }),
        watchTelemetry('lease_lost', ({ partition }) => {
          for (const ofPartition of sizes.values()) ofPartition.delete(partition);
        }),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
