/** Names and examples of the operations for operators, and of the node's own routes. */
import type { ClusterRoute } from '../cluster-routes.ts';
import type { NodeRoute } from '../node-routes.ts';
import { epoch, keyed, message, type OperationRow, page, team, timestamp } from './operation-row.ts';

const deadLetter = { parameters: { dead_letter_id: '1767225600000-0', ...keyed } };

export const deadLetterOperations = {
  list_dead_letters: {
    operationId: 'list_dead_letters',
    tag: 'dead letters',
    parameters: page,
    result: {
      dead_letters: [
        {
          dead_letter_id: '1767225600000-0',
          kind: 'archive',
          ...team,
          message_id: '1hq2x0-42',
          entry: message,
          reason: 'connection refused',
          attempts: 5,
          died_at: timestamp,
        },
      ],
      next_cursor: null,
    },
  },
  retry_dead_letter: {
    operationId: 'retry_dead_letter',
    tag: 'dead letters',
    ...deadLetter,
    result: { status: 'retried' },
  },
  delete_dead_letter: {
    operationId: 'delete_dead_letter',
    tag: 'dead letters',
    ...deadLetter,
    result: { status: 'deleted' },
  },
} as const satisfies Record<string, OperationRow>;

const figures = {
  node_id: 'n-5f3a9c',
  url: 'http://10.0.0.7:3000',
  version: '0.1.0',
  draining: false,
  uptime_ms: 86_400_000,
  at: timestamp,
  window_ms: 7000,
  partitions: 64,
  sockets: 1200,
  devices: 1200,
  feeds: 310,
  totals: {
    messages_sent: 5120,
    deliveries: 98_000,
    requests: 9300,
    refusals: 12,
    delivered_by_adapters: 5120,
    dead_letters: 0,
    retries: 0,
    resyncs: 2,
    slow_consumers: 0,
  },
  request_ms: { p50: 0.9, p95: 2.1, p99: 4.2, max: 11.5 },
  loop_lag_ms: { p50: 0.2, p95: 0.9, p99: 2.3, max: 6.1 },
  memory: { rss_bytes: 142_000_000, heap_used_bytes: 61_000_000, external_bytes: 9_000_000 },
  cpu_percent: 12.5,
  queue: { outbox_messages: 0, socket_buffered_bytes: 0 },
  redis: { round_trip_ms: 0.4 },
  adapters: [
    {
      adapter: 'archive',
      is_open: false,
      denials: 0,
      failures: 0,
      queue_messages: 0,
      delivered: 5120,
      retries: 0,
      dead_letters: 0,
    },
  ],
};

export const clusterOperations: Readonly<Record<ClusterRoute['name'], OperationRow>> = {
  get_admin: {
    operationId: 'get_admin',
    tag: 'cluster',
    result: {
      name: 'on-call',
      scopes: ['read', 'groups', 'ops'],
      version: '0.1.0',
      prefix: 'plenum',
      event: 'request',
      service: 'relay',
      has_archive: true,
      has_sockets: true,
    },
  },
  open_canary: {
    operationId: 'open_canary',
    tag: 'cluster',
    description:
      'At most ten exist at a time (`limit_reached`). Not where an identity provider signs the tokens (`forbidden`). Its messages go the way of all messages, also to the archive and the notifier',
    body: { users: 2 },
    result: {
      group_id: 'canary:5f3a9c1e7b2d4f60',
      users: [
        { user_id: 'canary:5f3a9c1e7b2d4f60:1', token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.signature' },
        { user_id: 'canary:5f3a9c1e7b2d4f60:2', token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.signature' },
      ],
      ends_at: timestamp,
    },
  },
  close_canary: {
    operationId: 'close_canary',
    tag: 'cluster',
    parameters: { group_id: 'canary:5f3a9c1e7b2d4f60' },
    result: { status: 'deleted' },
  },
  list_audit: {
    operationId: 'list_audit',
    tag: 'cluster',
    description:
      'A page can have fewer lines than `limit`, or none, and a `next_cursor`: each looks at 2,000 lines at most. Messages that a token sends are in the log of the node only',
    parameters: { ...page, act: 'kick_member', name: 'on-call' },
    result: {
      lines: [
        {
          at: timestamp,
          kind: 'act',
          act: 'kick_member',
          name: 'on-call',
          target: 'group:team user:bob',
          outcome: 'ok',
          address: '10.0.0.9',
          request_id: 'ticket-4711',
          node_id: 'n-5f3a9c',
        },
      ],
      next_cursor: null,
    },
  },
  get_group_owner: {
    operationId: 'get_group_owner',
    tag: 'cluster',
    parameters: team,
    result: {
      ...team,
      partition: 17,
      moving: false,
      node_id: 'n-5f3a9c',
      token: 3,
      url: 'http://10.0.0.7:3000',
    },
  },
  list_nodes: {
    operationId: 'list_nodes',
    tag: 'cluster',
    result: {
      nodes: [
        {
          node_id: 'n-5f3a9c',
          url: 'http://10.0.0.7:3000',
          version: '0.1.0',
          strategy: 'owner',
          draining: false,
          beat: 1200,
          beat_age_ms: 420,
          partitions: 64,
        },
      ],
      dead_after_ms: 6000,
    },
  },
  list_node_figures: {
    operationId: 'list_node_figures',
    tag: 'cluster',
    description:
      'The node that is asked asks all others, and waits at most one second. Requests at the same moment share one asking',
    result: { at: timestamp, nodes: [figures], missing: ['n-77b0d1'] },
  },
  list_node_warnings: {
    operationId: 'list_node_warnings',
    tag: 'cluster',
    description:
      'The node that is asked asks all others, and waits at most one second. A node keeps 100 of them in memory. A library has none: its lines are those of its own logger',
    result: {
      nodes: [
        {
          node_id: 'n-5f3a9c',
          warnings: [
            {
              at: timestamp,
              level: 'warn',
              message: 'an adapter failed',
              fields: { adapter: 'archive', failure: 'timeout' },
            },
          ],
        },
      ],
      missing: ['n-77b0d1'],
    },
  },
  trace_message: {
    operationId: 'trace_message',
    tag: 'messages',
    description:
      'A real message: members get it, and adapters too. Times are by the clock of Redis as each node estimates it from replies, so two nodes may differ by a round trip to Redis and 2 ms; in a Redis Cluster also by what the clocks of its servers differ. The memory engine uses the clock of its machine',
    parameters: team,
    body: { from_user_id: 'ann', wait_ms: 1000 },
    result: {
      message_id: '1hq2x0-42',
      epoch,
      seq: 42,
      recipients_count: 3,
      started_at: timestamp,
      events: [
        { at_ms: 0, node_id: 'n-5f3a9c', stage: 'gateway', took_ms: 0.4 },
        { at_ms: 0.6, node_id: 'n-5f3a9c', stage: 'script', took_ms: 1.1 },
        { at_ms: 1.4, node_id: 'n-77b0d1', stage: 'feed', count: 2 },
        { at_ms: 1.5, node_id: 'n-77b0d1', stage: 'devices', count: 2 },
        { at_ms: 38.2, node_id: 'n-5f3a9c', stage: 'archive', took_ms: 3.9, count: 1, detail: 'taken' },
      ],
      missing: [],
    },
  },
  drain_node: {
    operationId: 'drain_node',
    tag: 'cluster',
    success: 'The node is asked; it drains on its own from here',
    parameters: { node_id: 'n-5f3a9c' },
    result: { node_id: 'n-5f3a9c', status: 'draining' },
  },
  list_user_devices: {
    operationId: 'list_user_devices',
    tag: 'users',
    description:
      'The node that is asked asks all others, and waits at most one second. The devices of nodes in `missing` are not in the answer',
    parameters: { user_id: 'ann', ...page },
    result: {
      devices: [
        {
          device_id: 'gq3RZlXn4s0bVfVfAAAB',
          node_id: 'n-5f3a9c',
          connected_at: timestamp,
          transport: 'websocket',
          address: '192.0.2.17',
          subscribe: 'auto',
          groups: 12,
        },
      ],
      count: 1,
      missing: [],
      next_cursor: null,
    },
  },
  export_user: {
    operationId: 'export_user',
    tag: 'users',
    description: [
      'The lines are `user`, then for each group `membership`, `ban` or `invite` and the `message`s of the user, from log and',
      'archive, and at last `end` with the numbers of lines: an answer without `end` is not complete',
    ].join(' '),
    parameters: { user_id: 'bob', groups: 'own' },
  },
  list_partitions: {
    operationId: 'list_partitions',
    tag: 'cluster',
    result: { partitions: [{ partition: 17, moving: false, node_id: 'n-5f3a9c', token: 3 }] },
  },
};

export const nodeOperations: Readonly<Record<NodeRoute['name'], OperationRow>> = {
  health: { operationId: 'get_health', tag: 'node', result: { status: 'ok' } },
  readiness: {
    operationId: 'get_readiness',
    tag: 'node',
    result: { ready: true, draining: false, shards_away: 0, durability: 'D1' },
  },
  openapi: { operationId: 'get_openapi_document', tag: 'node' },
  asyncapi: { operationId: 'get_asyncapi_document', tag: 'node' },
  docs: { operationId: 'get_docs_page', tag: 'node' },
  console: { operationId: 'get_console', tag: 'node' },
  metrics: { operationId: 'get_metrics', tag: 'node' },
  dev_token: {
    operationId: 'issue_dev_token',
    tag: 'node',
    body: { user_id: 'ann' },
    result: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.signature' },
  },
  console_session: {
    operationId: 'open_console_session',
    tag: 'node',
    body: { code: 'q8Zk2vX0mB7tN5cJ1rL4wA9e' },
    result: { token: '5f3a9c…64 hex digits' },
  },
};
