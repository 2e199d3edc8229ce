/** What is known of a node: the list of nodes, the figures, and what of it is missing. */
import type { ClusterFigures, NodeFigures, NodesView } from '@plenum/protocol';
import { nodeLabel } from './owners.ts';
import type { Rates } from './rates.ts';
import type { Reading } from './readings.ts';

/** `missing`: it did not answer. `gone`: it is no node of the cluster any longer. */
export type NodeState = 'up' | 'draining' | 'missing' | 'gone';

type ListedNode = NodesView['nodes'][number];

export interface NodeRow {
  readonly nodeId: string;
  readonly label: string;
  readonly version: string;
  readonly state: NodeState;
  readonly partitions: number;
  /** Null: it did not answer. */
  readonly figures: NodeFigures | null;
  readonly rates: Rates | null;
}

function stateOf({ node_id, draining }: ListedNode, figures: ClusterFigures | undefined): NodeState {
  if (figures?.missing.includes(node_id) === true) return 'missing';
  return draining ? 'draining' : 'up';
}

/** In the order of labels. */
export function nodeRows(nodes: readonly ListedNode[], reading: Reading | null): readonly NodeRow[] {
  const figures = new Map(reading?.figures.nodes.map((node) => [node.node_id, node]));
  return nodes
    .map((node) => ({
      nodeId: node.node_id,
      label: nodeLabel(node),
      version: node.version,
      state: stateOf(node, reading?.figures),
      partitions: node.partitions,
      figures: figures.get(node.node_id) ?? null,
      rates: reading?.rates.get(node.node_id) ?? null,
    }))
    .sort((one, other) => one.label.localeCompare(other.label, 'en', { numeric: true }));
}

/** One sentence: how many there are, and what is wrong. */
export interface Headline {
  readonly all: number;
  readonly missing: number;
  readonly draining: number;
}

export const headlineOf = (rows: readonly NodeRow[]): Headline => ({
  all: rows.length,
  missing: rows.filter(({ state }) => state === 'missing').length,
  draining: rows.filter(({ state }) => state === 'draining').length,
});
