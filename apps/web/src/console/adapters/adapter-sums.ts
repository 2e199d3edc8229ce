/** The adapters of a cluster: the figures of all nodes together, and of each node. */
import type { AdapterFigures, NodeFigures } from '@plenum/protocol';
import { nodeLabel } from '../cluster/owners.ts';
import type { Reading } from '../cluster/readings.ts';

export type AdapterName = AdapterFigures['adapter'];

export interface OnNode extends AdapterFigures {
  readonly nodeId: string;
  readonly label: string;
}
export interface AdapterSum {
  readonly adapter: AdapterName;
  readonly nodes: readonly OnNode[];
  readonly openCount: number;
  readonly denials: number;
  readonly failures: number;
  readonly queue: number;
  readonly delivered: number;
  readonly retries: number;
  readonly deadLetters: number;
}

const order: readonly AdapterName[] = ['archive', 'notifier', 'moderation', 'auth'];

/** Those that at least one node has. */
export function adapterSums({ figures }: Reading): readonly AdapterSum[] {
  const found = figures.nodes.flatMap(onNode);
  return order
    .map((adapter) =>
      sumOf(
        adapter,
        found.filter((one) => one.adapter === adapter),
      ),
    )
    .filter(({ nodes }) => nodes.length > 0);
}

const onNode = (node: NodeFigures): OnNode[] =>
  node.adapters.map((figures) => ({ ...figures, nodeId: node.node_id, label: nodeLabel(node) }));

function sumOf(adapter: AdapterName, nodes: readonly OnNode[]): AdapterSum {
  const total = (figureOf: (node: OnNode) => number) => nodes.reduce((sum, node) => sum + figureOf(node), 0);
  return {
    ...{ adapter, nodes },
    openCount: nodes.filter(({ is_open }) => is_open).length,
    denials: total(({ denials }) => denials),
    failures: total(({ failures }) => failures),
    queue: total(({ queue_messages }) => queue_messages),
    delivered: total(({ delivered }) => delivered),
    retries: total(({ retries }) => retries),
    deadLetters: total(({ dead_letters }) => dead_letters),
  };
}
