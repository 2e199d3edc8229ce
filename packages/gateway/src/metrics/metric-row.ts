/**
 * Declares metrics: name, meaning, when an operator should look, and the events that feed it. Label values come from
 * closed lists, never from ids.
 */
import { type TelemetryEvent, type TelemetryEvents, watchTelemetry } from '@plenum/core';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Figures that are read from the node at each scrape. */
export interface NodeReadings {
  readonly openSockets: () => number;
  /** Connects in line. */
  readonly waitingConnects: () => number;
  /** Bytes kept for sockets that do not read fast enough, in Engine.IO and in their TCP sockets. */
  readonly bufferedBytes: () => number;
  /** Bytes that count against the budget of unread bytes, HTTP answers included. */
  readonly unreadBytes: () => number;
  readonly hostedFeeds: () => number;
  readonly attachedDevices: () => number;
  /** The memory of each server of the store that answers, asked at the scrape. */
  readonly storeMemory: () => Promise<readonly StoreMemory[]>;
  /** The prefix of keys and channels; empty on the memory engine. */
  readonly prefix: string;
  readonly build: Build;
}

export interface StoreMemory {
  readonly server: string;
  readonly usedBytes: number;
  /** `maxmemory`; 0: no limit. */
  readonly maxBytes: number;
}

/** What runs: both are `unknown` where the program that has the gateway names none. */
export interface Build {
  readonly version: string;
  /** The commit. */
  readonly revision: string;
}

export const unknownBuild: Build = { version: 'unknown', revision: 'unknown' };

export type Unit =
  | 'messages'
  | 'entries'
  | 'bytes'
  | 'seconds'
  | 'events'
  | 'sockets'
  | 'leases'
  | 'feeds'
  | 'devices'
  | 'partitions'
  | 'state';

export interface Description {
  readonly name: string;
  readonly unit: Unit;
  readonly help: string;
  /** The condition of an alarm in words, and what to look at; null: no alarm. */
  readonly alertWhen: string | null;
}

export interface MetricRow extends Description {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** The events that feed the metric; empty: it is read from the node. */
  readonly events: readonly TelemetryEvent[];
  /** @returns a function that ends its subscriptions */
  readonly install: (registry: Registry, node: NodeReadings) => () => void;
}

type Labels = Readonly<Record<string, string>>;

/** Counts `amount` (default 1) at each event. */
export function counter<E extends TelemetryEvent>(
  event: E,
  description: Description,
  read: {
    readonly amount?: (payload: TelemetryEvents[E]) => number;
    readonly labels?: readonly string[];
    readonly labelsOf?: (payload: TelemetryEvents[E]) => Labels;
  } = {},
): MetricRow {
  const { amount = () => 1, labels = [], labelsOf = () => ({}) } = read;
  return {
    ...description,
    type: 'counter',
    labels,
    events: [event],
    install: (registry) => {
      const { name, help } = description;
      const metric = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
      return watchTelemetry(event, (payload) => metric.inc(labelsOf(payload), amount(payload)));
    },
  };
}

/** A distribution over fixed buckets, in seconds. */
export function histogram<E extends TelemetryEvent>(
  event: E,
  description: Description,
  read: {
    readonly buckets: readonly number[];
    readonly seconds: (payload: TelemetryEvents[E]) => number;
    readonly labels: readonly string[];
    readonly labelsOf: (payload: TelemetryEvents[E]) => Labels;
  },
): MetricRow {
  const { buckets, seconds, labels, labelsOf } = read;
  return {
    ...description,
    type: 'histogram',
    labels,
    events: [event],
    install: (registry) => {
      const { name, help } = description;
      const metric = new Histogram({
        name,
        help,
        labelNames: [...labels],
        buckets: [...buckets],
        registers: [registry],
      });
      return watchTelemetry(event, (payload) => metric.observe({ ...labelsOf(payload) }, seconds(payload)));
    },
  };
}

/** A gauge that is read from the node at each scrape. */
export function reading(description: Description, read: (node: NodeReadings) => number): MetricRow {
  return {
    ...description,
    type: 'gauge',
    labels: [],
    events: [],
    install: (registry, node) => {
      const { name, help } = description;
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read(node));
        },
      });
      return () => undefined;
    },
  };
}

/** A gauge of each server of the store, asked at each scrape. Servers that do not answer have none. */
export function storeReading(description: Description, read: (memory: StoreMemory) => number): MetricRow {
  return {
    ...description,
    type: 'gauge',
    labels: ['server'],
    events: [],
    install: (registry, node) => {
      const { name, help } = description;
      new Gauge({
        name,
        help,
        labelNames: ['server'],
        registers: [registry],
        async collect() {
          const servers = await node.storeMemory();
          this.reset();
          for (const memory of servers) this.set({ server: memory.server }, read(memory));
        },
      });
      return () => undefined;
    },
  };
}

/** A gauge that is always 1: its labels identify the node and are joined to its other figures. */
export function identity(
  description: Description,
  labels: readonly string[],
  labelsOf: (node: NodeReadings) => Labels,
): MetricRow {
  return {
    ...description,
    type: 'gauge',
    labels,
    events: [],
    install: (registry, node) => {
      const { name, help } = description;
      new Gauge({ name, help, labelNames: [...labels], registers: [registry] }).set(labelsOf(node), 1);
      return () => undefined;
    },
  };
}

/** A gauge that events move, each in its own way. */
export function movedGauge(
  description: Description,
  labels: readonly string[],
  moves: readonly { readonly event: TelemetryEvent; readonly watch: (metric: Gauge) => () => void }[],
): MetricRow {
  return {
    ...description,
    type: 'gauge',
    labels,
    events: moves.map(({ event }) => event),
    install: (registry) => {
      const { name, help } = description;
      const metric = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
      const ends = moves.map(({ watch }) => watch(metric));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

export const move = <E extends TelemetryEvent>(
  event: E,
  onEvent: (metric: Gauge, payload: TelemetryEvents[E]) => void,
) => ({
  event,
  watch: (metric: Gauge) => watchTelemetry(event, (payload) => onEvent(metric, payload)),
});
