/** The figures of the nodes of a cluster, read at the moment of the request. */
import { z } from 'zod';
import { timestampSchema } from './groups.ts';

const count = z.int().min(0);
const bytes = z.int().min(0);
/** Null: nothing was measured in the window. */
const measuredMs = z.number().min(0).nullable();

const percentilesSchema = z
  .object({ p50: measuredMs, p95: measuredMs, p99: measuredMs, max: measuredMs })
  .describe('Of the last `window_ms`, ms; null: nothing was measured');

const adapterFiguresSchema = z
  .object({
    adapter: z.enum(['archive', 'notifier', 'moderation', 'auth']),
    is_open: z.boolean().describe('true: its breaker is open, so the node does not call it'),
    denials: count.describe('Requests that it refused'),
    failures: count.describe('Calls that hung, threw or answered nonsense'),
    queue_messages: count.describe('Messages of the partitions of this node that wait for it'),
    delivered: count.describe('Entries that it has taken'),
    retries: count.describe('Entries that it refused and that are tried again'),
    dead_letters: count.describe('Entries that were given up'),
  })
  .meta({ id: 'AdapterFigures' });

/** What a node reads of itself. */
export const nodeReadingSchema = z.object({
  uptime_ms: count.describe('Since the start of the process'),
  at: timestampSchema,
  window_ms: count.meta({
    description:
      'The time that `request_ms`, `loop_lag_ms` and `cpu_percent` cover: the last 5 to 10 s while the figures are read at least every 5 s, else since the reading before. 0 in the first reading, and again after a minute without one: those figures are null then',
  }),
  partitions: count.describe('How many partitions it owns'),
  sockets: count,
  devices: count.describe('Sockets, and listeners of the library'),
  feeds: count.describe('Groups whose entries it follows'),
  totals: z
    .object({
      messages_sent: count,
      deliveries: count.describe('Entries times devices that they were handed to'),
      requests: count.describe('Answered requests of sockets and of REST, refused ones included'),
      refusals: count.describe('Requests that were answered with a code'),
      delivered_by_adapters: count,
      dead_letters: count,
      retries: count,
      resyncs: count,
      slow_consumers: count,
    })
    .meta({
      description:
        'Since the start of the node; of a library without a port of its own since the figures were read first. A rate is the difference of two readings by the difference of their `at`',
    }),
  request_ms: percentilesSchema,
  loop_lag_ms: percentilesSchema.meta({
    description:
      'How late the event loop ran its timers in the last `window_ms`, ms; null: nothing was measured',
  }),
  memory: z.object({ rss_bytes: bytes, heap_used_bytes: bytes, external_bytes: bytes }),
  cpu_percent: z.number().min(0).nullable().describe('Of one core, in the last `window_ms`; null: not known'),
  queue: z.object({
    outbox_messages: count.describe('Messages that wait for an adapter, once for each adapter'),
    socket_buffered_bytes: bytes.describe('Kept for sockets that read more slowly than they are written to'),
  }),
  redis: z.object({
    round_trip_ms: z.number().min(0).nullable().meta({
      description:
        'Of one PING now, in a Cluster to the slowest shard; null: none answered, or there is no Redis',
    }),
  }),
  adapters: z.array(adapterFiguresSchema).describe('Those that the node is configured with'),
});

export const nodeFiguresSchema = z
  .object({
    node_id: z.string(),
    url: z.string().nullable(),
    version: z.string(),
    draining: z.boolean(),
    ...nodeReadingSchema.shape,
  })
  .meta({ id: 'NodeFigures' });

export const clusterFiguresSchema = z.object({
  at: timestampSchema,
  nodes: z.array(nodeFiguresSchema).describe('Those that answered, by `node_id`'),
  missing: z
    .array(z.string())
    .describe('Registered nodes that did not answer within one second, or not in this form'),
});

export type AdapterFigures = z.infer<typeof adapterFiguresSchema>;
export type NodeReading = z.infer<typeof nodeReadingSchema>;
export type NodeFigures = z.infer<typeof nodeFiguresSchema>;
export type ClusterFigures = z.infer<typeof clusterFiguresSchema>;
