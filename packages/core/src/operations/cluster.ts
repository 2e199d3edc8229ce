/** What operators see and may ask of the cluster. All of it is read from the store, so every node answers the same. */
import type { DrainingNode, GroupId, GroupOwner, NodesView, PartitionsView } from '@plenum/protocol';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { PARTITION_COUNT, partitionOf } from '../partitions.ts';
import type { Engine } from '../ports/engine.ts';
import type { Lease } from '../ports/leases.ts';

/** For the service only: the edge has checked that. Throws `PlenumError` when the store is away. */
export interface ClusterOperations {
  owner(groupId: GroupId): Promise<Outcome<GroupOwner>>;
  nodes(): Promise<Outcome<NodesView>>;
  partitions(): Promise<Outcome<PartitionsView>>;
  /** Answers when word was left for the node; draining takes its time. */
  drain(nodeId: string): Promise<Outcome<DrainingNode>>;
}

const holderView = (lease: Lease | null) => ({
  moving: lease === null,
  node_id: lease?.nodeId ?? null,
  token: lease?.token ?? null,
});

export function clusterOperations({ leases, nodes }: Pick<Engine, 'leases' | 'nodes'>): ClusterOperations {
  return {
    owner: async (groupId) => {
      const partition = partitionOf(groupId);
      const [lease, present] = await Promise.all([leases.holder(partition), nodes.nodes()]);
      const owner = present.find(({ nodeId }) => nodeId === lease?.nodeId);
      return succeed({ group_id: groupId, partition, ...holderView(lease), url: owner?.url ?? null });
    },
    nodes: async () => {
      const [present, holders] = await Promise.all([nodes.nodes(), leases.holders()]);
      const owned = (nodeId: string) => [...holders.values()].filter((lease) => lease.nodeId === nodeId);
      const views = present.map(({ nodeId, url, version, strategy, isDraining, beat }) => ({
        ...{ node_id: nodeId, url, version, strategy, draining: isDraining, beat },
        partitions: owned(nodeId).length,
      }));
      return succeed({ nodes: views.sort((a, b) => (a.node_id < b.node_id ? -1 : 1)) });
    },
    partitions: async () => {
      const holders = await leases.holders();
      const all = Array.from({ length: PARTITION_COUNT }, (_, partition) => ({
        partition,
        ...holderView(holders.get(partition) ?? null),
      }));
      return succeed({ partitions: all });
    },
    drain: async (nodeId) => {
      if (await nodes.askDrain(nodeId)) return succeed({ node_id: nodeId, status: 'draining' });
      const details = { field: 'node_id' };
      return fail({ code: 'invalid_args', error: 'no node of the cluster has this node_id', details });
    },
  };
}
