/** `plenum.cluster`: the nodes of the prefix, their partitions, and drains. Results are as on the wire. */
import type { ClusterOperations, Random, WatchOperations } from '@plenum/core';
import { PlenumError, systemClock } from '@plenum/core';
import {
  type AuditPage,
  auditQuerySchema,
  type ClusterFigures,
  type DrainingNode,
  devicesQuerySchema,
  exportedGroupsSchema,
  type GroupOwner,
  groupIdSchema,
  type NodesView,
  nodeIdSchema,
  type PartitionsView,
  parse,
  type Trace,
  traceArgsSchema,
  type UserDevices,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import { type LibraryOutcome, refused, shown } from './library-outcome.ts';

export interface ClusterApi {
  readonly nodes: () => Promise<LibraryOutcome<NodesView>>;
  /**
   * The figures of all nodes, each read by the node itself at this moment; those that have not answered within one
   * second are in `missing`. Refused in client mode.
   */
  readonly figures: () => Promise<LibraryOutcome<ClusterFigures>>;
  /**
   * The devices of a user on all nodes, the newest first; nodes that have not answered within one second are in `missing`.
   * Refused in client mode.
   * @param options `limit`: at most 200, default 50; `cursor`: `next_cursor` of the page before
   */
  readonly devices: (options: {
    readonly userId: string;
    readonly cursor?: string;
    readonly limit?: number;
  }) => Promise<LibraryOutcome<UserDevices>>;
  /**
   * Sends one message as a user, and shows its path through the nodes. Refused as any message, and in client mode.
   * @param options `message`: at most 256 UTF-8 bytes; `waitMs`: how long the nodes look for it, 0 to 10,000 ms, default
   * 1000
   */
  readonly trace: (options: {
    readonly groupId: string;
    readonly userId: string;
    readonly message?: string;
    readonly waitMs?: number;
  }) => Promise<LibraryOutcome<Trace>>;
  readonly partitions: () => Promise<LibraryOutcome<PartitionsView>>;
  /**
   * What admin tokens did over HTTP and what was denied, the newest first: see `GET /v1/audit`.
   * @param options `act`, `name`: only those; `limit`: at most 200, default 50; `cursor`: `next_cursor` of the page before
   */
  readonly audit: (options?: {
    readonly cursor?: string;
    readonly limit?: number;
    readonly act?: string;
    readonly name?: string;
  }) => Promise<LibraryOutcome<AuditPage>>;
  /** The node that owns the partition of a group id, whether the group exists or not. */
  readonly owner: (options: { readonly groupId: string }) => Promise<LibraryOutcome<GroupOwner>>;
  /** Asks a node to move its clients and to give its partitions away. Resolves when the request is stored for the node. */
  readonly drain: (options: { readonly nodeId: string }) => Promise<LibraryOutcome<DrainingNode>>;
  /**
   * What is kept of a user, one JSON object per line.
   * @param options `groups`: `own`, the default: those in which the user is; `all`: every group, which reads all logs
   * @throws PlenumError `invalid_args`
   */
  readonly exportUser: (options: {
    readonly userId: string;
    readonly groups?: 'own' | 'all';
  }) => AsyncGenerator<string>;
}

const ownerSchema = z.strictObject({ group_id: groupIdSchema });
const drainSchema = z.strictObject({ node_id: nodeIdSchema });
const devicesSchema = devicesQuerySchema.extend({ user_id: userIdSchema });
const traceSchema = traceArgsSchema.extend({ group_id: groupIdSchema });
const exportSchema = z.strictObject({ user_id: userIdSchema, groups: exportedGroupsSchema });

export function clusterApi(
  operations: ClusterOperations,
  watching: WatchOperations,
  random: Random,
): ClusterApi {
  return {
    nodes: async () => shown(await operations.nodes()),
    partitions: async () => shown(await operations.partitions()),
    figures: async () => shown(await watching.figures()),
    devices: async ({ userId, ...page }) => {
      const args = parse(devicesSchema, { user_id: userId, ...page }, 'invalid_args');
      if (!args.ok) return refused(args.failure);
      const { user_id, ...query } = args.value;
      return shown(await watching.devices({ userId: user_id, ...query }));
    },
    trace: async ({ groupId, userId, message, waitMs }) => {
      const arrivedAtMs = systemClock.monotonicMs();
      const given = { group_id: groupId, from_user_id: userId, message, wait_ms: waitMs };
      const args = parse(traceSchema, given, 'invalid_args');
      if (!args.ok) return refused(args.failure);
      const { group_id, from_user_id, wait_ms, ...rest } = args.value;
      const order = { groupId: group_id, userId: from_user_id, waitMs: wait_ms, message: rest.message };
      return shown(await watching.trace({ ...order, requestId: random.token(), arrivedAtMs }));
    },
    audit: async (options = {}) => {
      const args = parse(auditQuerySchema, options, 'invalid_args');
      return args.ok ? shown(await operations.audit(args.value)) : refused(args.failure);
    },
    owner: async ({ groupId }) => {
      const args = parse(ownerSchema, { group_id: groupId }, 'invalid_args');
      return args.ok ? shown(await operations.owner(args.value.group_id)) : refused(args.failure);
    },
    drain: async ({ nodeId }) => {
      const args = parse(drainSchema, { node_id: nodeId }, 'invalid_args');
      return args.ok ? shown(await operations.drain(args.value.node_id)) : refused(args.failure);
    },
    exportUser: ({ userId, groups = 'own' }) => {
      const args = parse(exportSchema, { user_id: userId, groups }, 'invalid_args');
      if (!args.ok) throw new PlenumError(args.failure);
      return operations.exportUser(args.value.user_id, args.value.groups);
    },
  };
}
