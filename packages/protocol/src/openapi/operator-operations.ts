/** Names and examples of the operations for operators, and of the node's own routes. */
import type { ClusterRoute } from '../cluster-routes.ts';
import type { NodeRoute } from '../node-routes.ts';
import { keyed, message, type OperationRow, page, team, timestamp } from './operation-row.ts';

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

export const clusterOperations: Readonly<Record<ClusterRoute['name'], OperationRow>> = {
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
          partitions: 64,
        },
      ],
    },
  },
  drain_node: {
    operationId: 'drain_node',
    tag: 'cluster',
    success: 'The node is asked; it drains on its own from here',
    parameters: { node_id: 'n-5f3a9c' },
    result: { node_id: 'n-5f3a9c', status: 'draining' },
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
  metrics: { operationId: 'get_metrics', tag: 'node' },
  dev_token: {
    operationId: 'issue_dev_token',
    tag: 'node',
    body: { user_id: 'ann' },
    result: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.signature' },
  },
};
