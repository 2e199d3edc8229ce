/** Every metric of Plenum. The page for operators, the dashboard and the alert rules are checked against this table. */

import { adapterMetrics, deliveryMetrics } from './delivery-metrics.ts';
import {
  counter,
  histogram,
  identity,
  type MetricRow,
  move,
  movedGauge,
  reading,
  storeReading,
} from './metric-row.ts';

const messages: readonly MetricRow[] = [
  counter('message_sent', {
    name: 'plenum_messages_sent_total',
    unit: 'messages',
    help: 'Messages that were checked, numbered, stored and published; repeated requests are none',
    alertWhen: null,
  }),
  counter('ephemeral_message_sent', {
    name: 'plenum_ephemeral_messages_sent_total',
    unit: 'messages',
    help: 'Ephemeral messages that were checked and published; repeated requests are none',
    alertWhen: null,
  }),
  counter(
    'broadcast',
    {
      name: 'plenum_deliveries_total',
      unit: 'entries',
      help: 'Entries times devices of this node that they were handed to',
      alertWhen: null,
    },
    { amount: ({ entries, devices }) => entries * devices },
  ),
  histogram(
    'request_answered',
    {
      name: 'plenum_request_duration_seconds',
      unit: 'seconds',
      help: 'From the arrival of a request to its outcome, by request type',
      alertWhen:
        'the 99th percentile of relay_msg stays above 0.25 for 5 minutes: look at Redis and at the event loop lag',
    },
    {
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      seconds: ({ durationMs }) => durationMs / 1000,
      labels: ['request_type'],
      labelsOf: ({ requestType }) => ({ request_type: requestType }),
    },
  ),
  counter(
    'request_answered',
    {
      name: 'plenum_requests_total',
      unit: 'events',
      help: 'Answered requests by type and code; `ok` on success',
      alertWhen:
        'any `internal` appears (a bug: see the log), or `unavailable` and `timeout` exceed 1 % of all for 5 minutes',
    },
    {
      labels: ['request_type', 'code'],
      labelsOf: ({ requestType, code }) => ({ request_type: requestType, code: code ?? 'ok' }),
    },
  ),
  counter('rate_limit_hit', {
    name: 'plenum_rate_limit_hits_total',
    unit: 'events',
    help: 'Requests that were refused because a token bucket was empty',
    alertWhen: null,
  }),
  counter('queue_overflow', {
    name: 'plenum_queue_overflows_total',
    unit: 'events',
    help: 'Sends that were refused because the queue of the room is full',
    alertWhen: 'it rises for 5 minutes: the archive does not keep up, see plenum_adapter_failures_total',
  }),
];

const groups: readonly MetricRow[] = [
  counter('room_join', {
    name: 'plenum_room_joins_total',
    unit: 'events',
    help: 'Users who became members that receive: created, joined or accepted',
    alertWhen: null,
  }),
  counter('room_leave', {
    name: 'plenum_room_leaves_total',
    unit: 'events',
    help: 'Members who left, were kicked or were banned',
    alertWhen: null,
  }),
];

const feeds: readonly MetricRow[] = [
  reading(
    { name: 'plenum_feeds', unit: 'feeds', help: 'Groups whose entries this node follows', alertWhen: null },
    ({ hostedFeeds }) => hostedFeeds(),
  ),
  counter('gap_found', {
    name: 'plenum_feed_gaps_total',
    unit: 'events',
    help: 'Gaps that feeds found in what they heard from Redis',
    alertWhen:
      'it rises faster than 1 per second for 5 minutes: look at the output buffer limit of Redis for pub/sub',
  }),
  counter(
    'gap_repaired',
    {
      name: 'plenum_feed_entries_repaired_total',
      unit: 'entries',
      help: 'Entries that were missed and read from the log instead',
      alertWhen: null,
    },
    { amount: ({ entries }) => entries },
  ),
  counter('duplicate_dropped', {
    name: 'plenum_feed_duplicates_total',
    unit: 'entries',
    help: 'Entries that were heard twice and dropped',
    alertWhen: null,
  }),
  counter('entry_lost', {
    name: 'plenum_feed_entries_lost_total',
    unit: 'entries',
    help: 'Entries that were heard and that Redis has lost since, by a failover',
    alertWhen: 'it rises at all: acknowledged messages were lost by Redis, see its durability class',
  }),
  counter(
    'resync',
    {
      name: 'plenum_resyncs_total',
      unit: 'devices',
      help: 'Devices whose position the log does not continue, by reason',
      alertWhen: '`epoch_changed` or `ahead` rise: Redis lost a part of a log',
    },
    { labels: ['reason'], labelsOf: ({ reason }) => ({ reason }), amount: ({ devices }) => devices },
  ),
  counter(
    'anomaly',
    {
      name: 'plenum_anomalies_total',
      unit: 'events',
      help: 'Things that must not happen but ended nothing, by kind; the log names them',
      alertWhen:
        '`malformed_entry` or `subscribe_refused` rise: another program writes to our channels, or the ACL is wrong',
    },
    { labels: ['kind'], labelsOf: ({ kind }) => ({ kind }) },
  ),
];

const sockets: readonly MetricRow[] = [
  reading(
    { name: 'plenum_sockets', unit: 'sockets', help: 'Sockets that are open on this node', alertWhen: null },
    ({ openSockets }) => openSockets(),
  ),
  reading(
    {
      name: 'plenum_devices',
      unit: 'devices',
      help: 'Devices that this node knows: sockets, and listeners of the library',
      alertWhen: null,
    },
    ({ attachedDevices }) => attachedDevices(),
  ),
  reading(
    {
      name: 'plenum_socket_buffered_bytes',
      unit: 'bytes',
      help: 'Bytes kept for sockets which do not read as fast as they are written to, TCP sockets included',
      alertWhen: 'it stays above a quarter of the memory of the node',
    },
    ({ bufferedBytes }) => bufferedBytes(),
  ),
  counter('socket_opened', {
    name: 'plenum_sockets_opened_total',
    unit: 'sockets',
    help: 'Sockets that were admitted',
    alertWhen: null,
  }),
  counter(
    'connect_refused',
    {
      name: 'plenum_connects_refused_total',
      unit: 'events',
      help: 'Connects that were refused, by code',
      alertWhen:
        '`node_busy` rises for 5 minutes: more clients come than the node admits; or `unavailable` does: the sign-in cannot be checked',
    },
    { labels: ['code'], labelsOf: ({ code }) => ({ code }) },
  ),
  reading(
    {
      name: 'plenum_connects_waiting',
      unit: 'sockets',
      help: 'Connects whose user is known and that wait in line because of PLENUM_CONNECT_RATE_PER_SEC',
      alertWhen: null,
    },
    ({ waitingConnects }) => waitingConnects(),
  ),
  counter('socket_closed', {
    name: 'plenum_sockets_closed_total',
    unit: 'sockets',
    help: 'Sockets that ended, however they did',
    alertWhen: 'it rises ten times faster than usual: clients are thrown off, by a balancer or by us',
  }),
  reading(
    {
      name: 'plenum_unread_bytes',
      unit: 'bytes',
      help: 'Bytes that count against PLENUM_MAX_UNREAD_BYTES: what peers were sent and have not taken, HTTP answers included',
      alertWhen: null,
    },
    ({ unreadBytes }) => unreadBytes(),
  ),
  counter(
    'unread_cut',
    {
      name: 'plenum_unread_cuts_total',
      unit: 'events',
      help: 'Connections that were cut because too much waited for them, by the bound that was passed (connection, user, address, process, time) and by socket or http',
      alertWhen:
        'with scope `process` it rises at all: peers that do not read hold what the node may give, the log names the address',
    },
    { labels: ['scope', 'door'], labelsOf: ({ scope, door }) => ({ scope, door }) },
  ),
  counter('slow_consumer', {
    name: 'plenum_slow_consumers_total',
    unit: 'sockets',
    help: 'Sockets that were cut because they did not read: 4 MiB or 8,192 entries waited for them',
    alertWhen: 'it rises faster than 1 per minute for 15 minutes',
  }),
];

const ownership: readonly MetricRow[] = [
  identity(
    {
      name: 'plenum_node_info',
      unit: 'state',
      help: 'Always 1: nodes of one prefix share the partitions; join it on job and instance',
      alertWhen: 'it was there within a day and is not for 1 minute: the node is down',
    },
    ['prefix'],
    ({ prefix }) => ({ prefix }),
  ),
  identity(
    {
      name: 'plenum_build_info',
      unit: 'state',
      help: 'Always 1: the version of the node and the commit that it was built from',
      alertWhen: null,
    },
    ['version', 'revision'],
    ({ build: { version, revision } }) => ({ version, revision }),
  ),
  movedGauge(
    {
      name: 'plenum_leases',
      unit: 'leases',
      help: 'Partitions that this node owns',
      alertWhen: 'the sum over all nodes of a prefix is not 256 for 1 minute',
    },
    [],
    [move('lease_gained', (metric) => metric.inc()), move('lease_lost', (metric) => metric.dec())],
  ),
  counter('lease_lost', {
    name: 'plenum_leases_lost_total',
    unit: 'leases',
    help: 'Partitions that this node gave up or lost',
    alertWhen:
      'it rises while no node starts or stops: look at the latency of Redis and at blocked event loops',
  }),
];

const store: readonly MetricRow[] = [
  storeReading(
    {
      name: 'plenum_redis_memory_used_bytes',
      unit: 'bytes',
      help: 'Memory that each master of Redis uses, asked at the scrape; the same from every node',
      alertWhen:
        'it is above 80 % of plenum_redis_memory_max_bytes for 5 minutes: a full Redis refuses every change',
    },
    ({ usedBytes }) => usedBytes,
  ),
  storeReading(
    {
      name: 'plenum_redis_memory_max_bytes',
      unit: 'bytes',
      help: 'The maxmemory of each master of Redis; 0: it has no limit but its machine',
      alertWhen: null,
    },
    ({ maxBytes }) => maxBytes,
  ),
];

const administration: readonly MetricRow[] = [
  counter('audit_entry_lost', {
    name: 'plenum_audit_entries_lost_total',
    unit: 'entries',
    help: 'Entries of the audit log that could not be kept in the store; their lines are in the log of the node',
    alertWhen: 'it rises: look at Redis, and read the audit log from the logs of the nodes',
  }),
];

export const metricTable: readonly MetricRow[] = [
  ...messages,
  ...groups,
  ...feeds,
  ...sockets,
  ...deliveryMetrics,
  ...adapterMetrics,
  ...ownership,
  ...store,
  ...administration,
];
