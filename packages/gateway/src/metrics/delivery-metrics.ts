/** The metrics of deliveries and of the guards around adapters. */
import { type DeliveryKind, watchTelemetry } from '@plenum/core';
import { Gauge } from 'prom-client';
import { counter, type Description, histogram, type MetricRow, move, movedGauge } from './metric-row.ts';

/**
 * Sums the queues of the partitions that this node owns; a partition that it loses is dropped, because its next owner
 * counts it.
 */
function queueGauge(description: Description): MetricRow {
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

export const deliveryMetrics: readonly MetricRow[] = [
  queueGauge({
    name: 'plenum_queue_messages',
    unit: 'messages',
    help: 'Messages of the partitions of this node that wait for an adapter, by kind',
    alertWhen: 'it rises for 10 minutes: the adapter does not keep up or is away',
  }),
  counter(
    'delivered',
    {
      name: 'plenum_delivered_total',
      unit: 'entries',
      help: 'Entries that an adapter has taken, by kind',
      alertWhen: null,
    },
    { labels: ['kind'], labelsOf: ({ kind }) => ({ kind }), amount: ({ entries }) => entries },
  ),
  histogram(
    'delivered',
    {
      name: 'plenum_delivery_duration_seconds',
      unit: 'seconds',
      help: 'How long an adapter took for a batch, by kind',
      alertWhen: null,
    },
    {
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      seconds: ({ durationMs }) => durationMs / 1000,
      labels: ['kind'],
      labelsOf: ({ kind }) => ({ kind }),
    },
  ),
  counter(
    'delivery_retry',
    {
      name: 'plenum_delivery_retries_total',
      unit: 'entries',
      help: 'Entries that an adapter refused and that are tried again, by kind',
      alertWhen: null,
    },
    { labels: ['kind'], labelsOf: ({ kind }) => ({ kind }), amount: ({ entries }) => entries },
  ),
  counter(
    'dead_letter',
    {
      name: 'plenum_dead_letters_total',
      unit: 'entries',
      help: 'Entries that were given up and wait for an operator, by kind',
      alertWhen: 'it rises at all: see GET /v1/dead-letters',
    },
    { labels: ['kind'], labelsOf: ({ kind }) => ({ kind }) },
  ),
  counter(
    'dead_letters_dropped',
    {
      name: 'plenum_dead_letters_dropped_total',
      unit: 'entries',
      help: 'Dead letters that gave way to newer ones of their group and are lost, by kind; never the archive’s',
      alertWhen: 'it rises at all: a group has PLENUM_DEAD_LETTERS_MAX of them, retry or delete some',
    },
    { labels: ['kind'], labelsOf: ({ kind }) => ({ kind }), amount: ({ entries }) => entries },
  ),
];

export const adapterMetrics: readonly MetricRow[] = [
  counter(
    'adapter_denied',
    {
      name: 'plenum_adapter_denials_total',
      unit: 'events',
      help: 'Requests that moderation or auth refused',
      alertWhen: null,
    },
    { labels: ['adapter'], labelsOf: ({ adapter }) => ({ adapter }) },
  ),
  counter(
    'adapter_failed',
    {
      name: 'plenum_adapter_failures_total',
      unit: 'events',
      help: 'Calls of an adapter that hung, threw or answered nonsense',
      alertWhen: 'it rises faster than 1 per second for 5 minutes',
    },
    { labels: ['adapter', 'failure'], labelsOf: ({ adapter, failure }) => ({ adapter, failure }) },
  ),
  movedGauge(
    {
      name: 'plenum_adapter_breaker_open',
      unit: 'state',
      help: '1 while an adapter is left alone because it failed too often',
      alertWhen: 'it is 1 for 5 minutes',
    },
    ['adapter'],
    [move('breaker_changed', (metric, { adapter, isOpen }) => metric.set({ adapter }, isOpen ? 1 : 0))],
  ),
];
