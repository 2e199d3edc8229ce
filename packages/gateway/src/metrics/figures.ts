/** The figures of this node for operators: from what the metrics count, and from the last seconds. */
import type { AdapterName, Clock } from '@plenum/core';
import type { AdapterFigures, NodeReading } from '@plenum/protocol';
import type { Registry } from 'prom-client';
import { type NodeReadings, unknownBuild } from './metric-row.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { RecentMeasures } from './recent.ts';

/** What a gateway knows of its node. */
export type GatewayFigures = Omit<NodeReading, 'at' | 'partitions' | 'redis'>;

type Labels = Readonly<Record<string, string | number | undefined>>;
type IsWanted = (labels: Labels) => boolean;

/** The sum of a metric over the labels that are wanted; 0 where nothing was counted. */
async function sumOf(registry: Registry, name: string, isWanted: IsWanted = () => true): Promise<number> {
  const metric = registry.getSingleMetric(name);
  if (metric === undefined) throw new Error(`there is no metric ${name}`);
  const { values } = await metric.get();
  return values.reduce((sum, { labels, value }) => sum + (isWanted(labels) ? value : 0), 0);
}

async function adapterFigures(registry: Registry, adapter: AdapterName): Promise<AdapterFigures> {
  const ofAdapter: IsWanted = (labels) => labels['adapter'] === adapter;
  const ofKind: IsWanted = (labels) => labels['kind'] === adapter;
  const sum = (name: string, isWanted: IsWanted) => sumOf(registry, name, isWanted);
  return {
    adapter,
    is_open: (await sum('plenum_adapter_breaker_open', ofAdapter)) > 0,
    denials: await sum('plenum_adapter_denials_total', ofAdapter),
    failures: await sum('plenum_adapter_failures_total', ofAdapter),
    queue_messages: await sum('plenum_queue_messages', ofKind),
    delivered: await sum('plenum_delivered_total', ofKind),
    retries: await sum('plenum_delivery_retries_total', ofKind),
    dead_letters: await sum('plenum_dead_letters_total', ofKind),
  };
}

async function totalsOf(registry: Registry): Promise<NodeReading['totals']> {
  const sum = (name: string, isWanted?: IsWanted) => sumOf(registry, name, isWanted);
  return {
    messages_sent: await sum('plenum_messages_sent_total'),
    deliveries: await sum('plenum_deliveries_total'),
    requests: await sum('plenum_requests_total'),
    refusals: await sum('plenum_requests_total', (labels) => labels['code'] !== 'ok'),
    delivered_by_adapters: await sum('plenum_delivered_total'),
    dead_letters: await sum('plenum_dead_letters_total'),
    retries: await sum('plenum_delivery_retries_total'),
    resyncs: await sum('plenum_resyncs_total'),
    slow_consumers: await sum('plenum_slow_consumers_total'),
  };
}

export interface FiguresDeps {
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly readings: NodeReadings;
  readonly clock: Clock;
}

export class Figures {
  readonly #deps: FiguresDeps;
  readonly #recent: RecentMeasures;

  constructor(deps: FiguresDeps) {
    this.#deps = deps;
    this.#recent = new RecentMeasures(deps.clock);
  }

  /** @param adapters those that the node is configured with */
  async read(adapters: readonly AdapterName[]): Promise<GatewayFigures> {
    const { readings, metrics } = this.#deps;
    const { registry } = metrics;
    const { rss, heapUsed, external } = process.memoryUsage();
    return {
      uptime_ms: Math.round(process.uptime() * 1000),
      ...this.#recent.read(),
      sockets: readings.openSockets(),
      devices: readings.attachedDevices(),
      feeds: readings.hostedFeeds(),
      totals: await totalsOf(registry),
      memory: { rss_bytes: rss, heap_used_bytes: heapUsed, external_bytes: external },
      queue: {
        outbox_messages: await sumOf(registry, 'plenum_queue_messages'),
        socket_buffered_bytes: readings.bufferedBytes(),
      },
      adapters: await Promise.all(adapters.map((adapter) => adapterFigures(registry, adapter))),
    };
  }

  /** Idempotent. */
  close(): void {
    this.#recent.stop();
  }
}

/**
 * Figures of a node without a gateway. It counts from the first reading on, so a library that no operator looks at pays
 * nothing.
 */
export function figuresWithoutGateway(
  readings: Pick<NodeReadings, 'hostedFeeds' | 'attachedDevices'>,
  clock: Clock,
): Pick<Figures, 'read' | 'close'> {
  let counting: { readonly figures: Figures; readonly metrics: Metrics } | null = null;
  const open = () => {
    const none = () => 0;
    const storeMemory = async () => [];
    const gateway = {
      openSockets: none,
      waitingConnects: none,
      bufferedBytes: none,
      unreadBytes: none,
      prefix: '',
    };
    const all = { ...readings, ...gateway, storeMemory, build: unknownBuild };
    const metrics = createMetrics(all, null);
    return { metrics, figures: new Figures({ metrics, readings: all, clock }) };
  };
  return {
    read: (adapters) => {
      counting ??= open();
      return counting.figures.read(adapters);
    },
    close: () => {
      counting?.figures.close();
      counting?.metrics.close();
      counting = null;
    },
  };
}
