/** Figures of a made-up node, for tests. */
import type { NodeFigures } from '@plenum/protocol';

/** A node that has sent `sent` messages after `uptimeMs`. */
export const figuresOfNode = (nodeId: string, uptimeMs: number, sent: number): NodeFigures => ({
  ...{ node_id: nodeId, url: null, version: '1', draining: false, uptime_ms: uptimeMs },
  ...{ at: new Date(uptimeMs).toISOString(), window_ms: 5000 },
  ...{ partitions: 128, sockets: 10, devices: 10, feeds: 5, cpu_percent: 3 },
  totals: {
    ...{ messages_sent: sent, deliveries: sent * 3, requests: sent * 2, refusals: 0, retries: 0 },
    ...{ delivered_by_adapters: 0, dead_letters: 0, resyncs: 0, slow_consumers: 0 },
  },
  request_ms: { p50: 2, p95: 3, p99: 4, max: 5 },
  loop_lag_ms: { p50: 1, p95: 2, p99: 2, max: 3 },
  memory: { rss_bytes: 100, heap_used_bytes: 50, external_bytes: 1 },
  queue: { outbox_messages: 0, socket_buffered_bytes: 0 },
  redis: { round_trip_ms: 0.3 },
  adapters: [],
});
