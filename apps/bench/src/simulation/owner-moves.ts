/**
 * Counts which partitions change their owner when nodes come and go, by the hashing of the nodes themselves, and how even
 * the owners are.
 */
import { ownersOf, PARTITION_COUNT } from '@plenum/core';
import type { Cluster } from './cluster.ts';

export interface OwnerMoves {
  readonly nodes: number;
  /** Nodes that own at least one partition. */
  readonly owners: number;
  /** Partitions of the node that owns most. */
  readonly most: number;
  /** Partitions that move when one node leaves, the mean and the most. */
  readonly leave: { readonly mean: number; readonly most: number };
  /** Partitions that move to a node that joins, mean. */
  readonly join: number;
  /** Moves in a restart of all nodes, one after the other, each of which gets a new id. */
  readonly rollingRestart: number;
  /** Partitions that move when a zone is lost, and those of the node that owns most then. */
  readonly zone: { readonly moved: number; readonly most: number };
}

type Owners = readonly (string | null)[];

/** Newcomers that are tried for the mean. */
const newcomers = 20;

export function ownerMoves(cluster: Cluster): OwnerMoves {
  const { nodeIds, survivors } = cluster;
  const before = ownersOf(nodeIds);
  const counts = [...countsOf(before).values()];
  const afterLoss = ownersOf(survivors);
  const gained = Array.from({ length: newcomers }, (_, i) =>
    movedBetween(before, ownersOf([...nodeIds, cluster.newId(`newcomer ${i}`)])),
  );
  return {
    nodes: nodeIds.length,
    owners: counts.length,
    most: Math.max(...counts),
    // What a node owns is what moves when it leaves: the hashing moves nothing else.
    leave: { mean: PARTITION_COUNT / nodeIds.length, most: Math.max(...counts) },
    join: gained.reduce((sum, moved) => sum + moved, 0) / newcomers,
    rollingRestart: movesOfRestart(cluster, before),
    zone: { moved: movedBetween(before, afterLoss), most: Math.max(...countsOf(afterLoss).values()) },
  };
}

function movesOfRestart({ nodeIds, newId }: Cluster, first: Owners): number {
  const present = new Set(nodeIds);
  let owners = first;
  let moves = 0;
  const become = (next: Owners) => {
    moves += movedBetween(owners, next);
    owners = next;
  };
  for (const nodeId of nodeIds) {
    present.delete(nodeId);
    // One that owns nothing moves nothing when it leaves.
    if (owners.includes(nodeId)) become(ownersOf(present));
    present.add(newId(`restarted ${nodeId}`));
    become(ownersOf(present));
  }
  return moves;
}

const movedBetween = (before: Owners, after: Owners): number =>
  before.filter((owner, partition) => owner !== after[partition]).length;

/** Partitions of each owner. */
export function countsOf(owners: Owners): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const owner of owners) if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return counts;
}
