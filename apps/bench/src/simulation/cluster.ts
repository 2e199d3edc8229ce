/** The nodes of a simulated cluster, spread evenly over zones. */
import { seededDraws } from '@plenum/testkit';

export interface Cluster {
  readonly nodeIds: readonly string[];
  /** Nodes of the zone that is lost. */
  readonly lost: readonly string[];
  readonly survivors: readonly string[];
  /** An id that no node has. */
  readonly newId: (name: string) => string;
}

export interface ClusterShape {
  readonly nodes: number;
  readonly zones: number;
  readonly seed: number;
}

export function clusterOf({ nodes, zones, seed }: ClusterShape): Cluster {
  const newId = (name: string) => `${seed}-${name}`;
  const nodeIds = Array.from({ length: nodes }, (_, i) => newId(`node-${i}`));
  const isLost = (_: string, i: number) => i % zones === 0;
  return {
    nodeIds,
    lost: nodeIds.filter(isLost),
    survivors: nodeIds.filter((id, i) => !isLost(id, i)),
    newId,
  };
}

/** Draws for one purpose: another one draws other numbers, so adding a question changes no answer of the others. */
export function drawsFor(seed: number, purpose: string): () => number {
  let mixed = seed;
  for (const letter of purpose) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
  return seededDraws(mixed);
}
