/** The REST routes for operators of the cluster, as data. They need an admin token; every node answers the same. */
import { z } from 'zod';
import { type AdminScope, adminScopeSchema } from './admin-scopes.ts';
import { auditPageSchema, auditQuerySchema } from './audit.ts';
import { canarySchema, closedCanarySchema, openCanarySchema } from './canaries.ts';
import { clusterFiguresSchema } from './figures.ts';
import { groupIdSchema, userIdSchema } from './ids.ts';
import { fromText } from './query-text.ts';
import type { RouteBase } from './rest.ts';
import { traceArgsSchema, traceSchema } from './trace.ts';
import { devicesQuerySchema, userDevicesSchema } from './user-devices.ts';
import { clusterWarningsSchema } from './warnings.ts';

/** The id of one start of a node. */
export const nodeIdSchema = z
  .string({ error: 'node_id must be a string' })
  .regex(/^[\w-]{1,64}$/, { error: 'node_id is 1 to 64 of A–Z a–z 0–9 _ -' })
  .meta({
    id: 'NodeId',
    description: 'Names one start of a node: it is another one after a restart. `GET /v1/nodes` lists them',
    examples: ['n-5f3a9c'],
  });

const partition = z.int().min(0);
/** The owner of a partition; no node owns it while it moves from one to another. */
const holder = {
  moving: z.boolean().describe('true: it moves to another node; `node_id` and `token` are null until it has'),
  node_id: z.string().nullable().describe('The owner'),
  token: z.int().nullable().describe('Fencing token: rises with every change of the owner'),
};

export const groupOwnerSchema = z
  .object({
    group_id: groupIdSchema,
    partition,
    ...holder,
    url: z.string().nullable().describe('Where the owner listens; null: not known'),
  })
  .meta({ id: 'GroupOwner' });
export const nodesSchema = z.object({
  nodes: z.array(
    z
      .object({
        node_id: z.string(),
        url: z.string().nullable(),
        version: z.string(),
        strategy: z.enum(['owner', 'local']),
        draining: z.boolean(),
        beat: z.int().describe('Counts up while the node is alive'),
        beat_age_ms: z.int().min(0).nullable().meta({
          description:
            'For how long the node that answers has seen this beat unchanged; at `dead_after_ms` it takes the node for dead. Null: not looked at yet',
        }),
        partitions: z.int().min(0).describe('How many partitions it owns'),
      })
      .meta({ id: 'Node' }),
  ),
  dead_after_ms: z
    .int()
    .min(0)
    .describe('After so long without a beat a node is removed, and its partitions move'),
});
export const partitionsSchema = z.object({
  partitions: z.array(z.object({ partition, ...holder }).meta({ id: 'Partition' })),
});
export const drainingNodeSchema = z.object({ node_id: z.string(), status: z.literal('draining') });

/** The admin token of the request, and what a console has to know of the service. */
export const adminViewSchema = z
  .object({
    name: z.string().describe('Name of the admin token, as the audit log has it'),
    scopes: z.array(adminScopeSchema),
    version: z.string(),
    prefix: z.string().optional().describe('Prefix of keys and channels in Redis; absent: no Redis'),
    event: z.string().describe('Event name of requests over a socket'),
    service: z.string(),
    has_archive: z.boolean(),
    has_sockets: z.boolean().describe('false: this is the admin port, which serves no sockets'),
    read_only: z.boolean().optional().describe('true: `plenum console` passes no changes on'),
  })
  .meta({ id: 'AdminView' });

export type AdminView = z.infer<typeof adminViewSchema>;
export type GroupOwner = z.infer<typeof groupOwnerSchema>;
export type NodesView = z.infer<typeof nodesSchema>;
export type PartitionsView = z.infer<typeof partitionsSchema>;
export type DrainingNode = z.infer<typeof drainingNodeSchema>;

export interface ClusterRoute extends RouteBase {
  readonly name:
    | 'get_admin'
    | 'list_audit'
    | 'open_canary'
    | 'close_canary'
    | 'get_group_owner'
    | 'list_nodes'
    | 'list_node_figures'
    | 'list_node_warnings'
    | 'drain_node'
    | 'list_partitions'
    | 'trace_message'
    | 'list_user_devices'
    | 'export_user';
  readonly params: z.ZodObject;
  /** Default: none. */
  readonly query?: z.ZodObject;
  /** Default: JSON. */
  readonly contentType?: string;
  /** The scope that the admin token needs. Null: none. */
  readonly scope: AdminScope | null;
}

/** `own`: the groups in which the user is. `all`: every group, which costs a read of all logs. */
export const exportedGroupsSchema = z.enum(['own', 'all']);
export type ExportedGroups = z.infer<typeof exportedGroupsSchema>;

/** As text in a URL. */
const auditQueryText = auditQuerySchema.extend({ limit: fromText(auditQuerySchema.shape.limit) });
const devicesQueryText = devicesQuerySchema.extend({ limit: fromText(devicesQuerySchema.shape.limit) });

const get = {
  method: 'GET',
  successStatus: 200,
  body: null,
  params: z.strictObject({}),
  scope: 'read',
} as const;

export const clusterRoutes: readonly ClusterRoute[] = [
  {
    ...get,
    name: 'get_admin',
    path: '/v1/admin',
    summary: 'The admin token of this request: its name and scopes, and what a console shows of the service',
    scope: null,
    result: adminViewSchema,
  },
  {
    ...get,
    name: 'list_audit',
    path: '/v1/audit',
    summary: 'What admin tokens did and what was denied, the newest first',
    query: auditQueryText,
    result: auditPageSchema,
  },
  {
    method: 'POST',
    name: 'open_canary',
    path: '/v1/canaries',
    summary:
      'A private group with users and their tokens, to count messages end to end; it and the tokens end after ten minutes',
    successStatus: 201,
    params: z.strictObject({}),
    scope: 'groups',
    body: openCanarySchema,
    result: canarySchema,
  },
  {
    method: 'DELETE',
    name: 'close_canary',
    path: '/v1/canaries/:group_id',
    summary: 'Delete a canary group before its time, and revoke the tokens of its users',
    successStatus: 200,
    params: z.strictObject({ group_id: groupIdSchema }),
    scope: 'groups',
    body: null,
    result: closedCanarySchema,
  },
  {
    ...get,
    name: 'get_group_owner',
    path: '/v1/groups/:group_id/owner',
    summary: 'The node that owns the partition of a group id, whether the group exists or not',
    params: z.strictObject({ group_id: groupIdSchema }),
    result: groupOwnerSchema,
  },
  {
    ...get,
    name: 'list_nodes',
    path: '/v1/nodes',
    summary: 'The nodes of the cluster; one that crashed is shown until the others have found it dead',
    result: nodesSchema,
  },
  {
    ...get,
    name: 'list_node_figures',
    path: '/v1/nodes/figures',
    summary: 'The figures of all nodes, which are asked at the moment of the request',
    result: clusterFiguresSchema,
  },
  {
    ...get,
    name: 'list_node_warnings',
    path: '/v1/nodes/warnings',
    summary: 'The last warnings and errors in the log of every node',
    result: clusterWarningsSchema,
  },
  {
    method: 'POST',
    name: 'trace_message',
    path: '/v1/groups/:group_id/trace',
    summary: 'Send one message as a user, and show its path through the nodes',
    successStatus: 200,
    params: z.strictObject({ group_id: groupIdSchema }),
    scope: 'groups',
    body: traceArgsSchema,
    result: traceSchema,
  },
  {
    ...get,
    name: 'list_user_devices',
    path: '/v1/users/:user_id/devices',
    summary: 'Page through the devices of a user on all nodes, which are asked at the moment of the request',
    params: z.strictObject({ user_id: userIdSchema }),
    query: devicesQueryText,
    result: userDevicesSchema,
  },
  {
    ...get,
    name: 'export_user',
    path: '/v1/users/:user_id/export',
    summary: 'What is kept of a user, one JSON object per line',
    params: z.strictObject({ user_id: userIdSchema }),
    query: z.strictObject({
      groups: exportedGroupsSchema
        .default('own')
        .describe('`own`: groups in which the user is. `all`: every group, also bans; reads all logs'),
    }),
    contentType: 'application/x-ndjson; charset=utf-8',
    result: z.string(),
  },
  {
    method: 'POST',
    name: 'drain_node',
    path: '/v1/nodes/:node_id/drain',
    summary: 'Ask a node to take no new clients, to tell its own to move, and to give its partitions away',
    successStatus: 202,
    params: z.strictObject({ node_id: nodeIdSchema }),
    scope: 'ops',
    body: null,
    result: drainingNodeSchema,
  },
  {
    ...get,
    name: 'list_partitions',
    path: '/v1/partitions',
    summary: 'Every partition with its owner and its token',
    result: partitionsSchema,
  },
];
