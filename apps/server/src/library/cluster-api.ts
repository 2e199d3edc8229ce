/** `plenum.cluster`: the nodes of the prefix, their partitions, and drains. Results are as on the wire. */
import type { ClusterOperations } from '@plenum/core';
import { PlenumError } from '@plenum/core';
import {
  type DrainingNode,
  exportedGroupsSchema,
  type GroupOwner,
  groupIdSchema,
  type NodesView,
  nodeIdSchema,
  type PartitionsView,
  parse,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import { type LibraryOutcome, refused, shown } from './library-outcome.ts';

export interface ClusterApi {
  readonly nodes: () => Promise<LibraryOutcome<NodesView>>;
  readonly partitions: () => Promise<LibraryOutcome<PartitionsView>>;
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
const exportSchema = z.strictObject({ user_id: userIdSchema, groups: exportedGroupsSchema });

export function clusterApi(operations: ClusterOperations): ClusterApi {
  return {
    nodes: async () => shown(await operations.nodes()),
    partitions: async () => shown(await operations.partitions()),
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
