/** Who owns what: the trays of the picture, a color for each node, and what has moved since the reading before. */
import type { NodesView, PartitionsView } from '@plenum/protocol';
import type { Tray } from './owners-layout.ts';

type Node = Pick<NodesView['nodes'][number], 'node_id' | 'url'>;
type Partition = PartitionsView['partitions'][number];

export interface Owners {
  readonly trays: readonly Tray[];
  readonly unowned: readonly number[];
}

/** The colors of nodes, which a label always goes with: from the ninth node on they repeat. */
export const colorsCount = 8;

/** What a person calls a node: where it listens, or its id. */
export const nodeLabel = ({ node_id, url }: Node): string =>
  url === null ? node_id : url.replace(/^https?:\/\//, '').replace(/\/$/, '');

/** By label, so that a node that was started again has the place that it had. An owner that is no node any longer keeps its tray. */
export function ownersOf(nodes: readonly Node[], partitions: readonly Partition[]): Owners {
  const owned = new Map<string, number[]>();
  const unowned: number[] = [];
  for (const { partition, node_id } of partitions) {
    if (node_id === null) unowned.push(partition);
    else owned.set(node_id, [...(owned.get(node_id) ?? []), partition]);
  }
  const known = [...nodes].sort((one, other) => compare(nodeLabel(one), nodeLabel(other)));
  const ids = known.map(({ node_id }) => node_id);
  const gone = [...owned.keys()].filter((nodeId) => !ids.includes(nodeId)).sort(compare);
  const trays = [...ids, ...gone].map((nodeId) => ({
    nodeId,
    partitions: (owned.get(nodeId) ?? []).sort(ascending),
  }));
  return { trays, unowned: unowned.sort(ascending) };
}

const ascending = (one: number, other: number): number => one - other;
const compare = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true });

export type Colors = ReadonlyMap<string, number>;

/** A node keeps its color as long as it is there; one that comes gets a color that the fewest others have. */
export function colorsOf(before: Colors, nodeIds: readonly string[]): Colors {
  const colors = new Map<string, number>();
  for (const nodeId of nodeIds) {
    const color = before.get(nodeId);
    if (color !== undefined) colors.set(nodeId, color);
  }
  for (const nodeId of nodeIds) if (!colors.has(nodeId)) colors.set(nodeId, rarest([...colors.values()]));
  return colors;
}

function rarest(used: readonly number[]): number {
  const times = Array.from({ length: colorsCount }, (_, color) => used.filter((one) => one === color).length);
  return times.indexOf(Math.min(...times));
}

/** Partitions that have another owner than in the reading before. Null as node id: no owner. */
export interface Move {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

/** The largest first. */
export function movesOf(before: readonly Partition[], now: readonly Partition[]): readonly Move[] {
  const owners = new Map(before.map(({ partition, node_id }) => [partition, node_id]));
  const moves = new Map<string, Move>();
  for (const { partition, node_id: to } of now) {
    const from = owners.get(partition);
    if (from === undefined || from === to) continue;
    const key = `${from} ${to}`;
    moves.set(key, { from, to, count: (moves.get(key)?.count ?? 0) + 1 });
  }
  return [...moves.values()].sort((one, other) => other.count - one.count);
}
