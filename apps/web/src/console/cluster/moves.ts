/** The moves of partitions that this page has seen, the newest first; and the color of each node. */
import type { NodesView, PartitionsView } from '@plenum/protocol';
import { Store } from '../../session/store.ts';
import { type Colors, colorsOf, type Move, movesOf, nodeLabel } from './owners.ts';

export interface SeenMove extends Move {
  readonly id: number;
  /** ms since 1970. */
  readonly atMs: number;
}

const movesMax = 50;

export class OwnersWatch {
  readonly moves = new Store<readonly SeenMove[]>([]);
  readonly colors = new Store<Colors>(new Map());
  /** Also of nodes that are gone: a move names them. */
  readonly #labels = new Map<string, string>();
  #partitions: PartitionsView['partitions'] | null = null;
  #lastId = 0;

  labelOf(nodeId: string): string {
    return this.#labels.get(nodeId) ?? nodeId;
  }

  see(nodes: NodesView['nodes'], partitions: PartitionsView['partitions']): void {
    for (const node of nodes) this.#labels.set(node.node_id, nodeLabel(node));
    const owners = partitions.flatMap(({ node_id }) => (node_id === null ? [] : [node_id]));
    const nodeIds = [...new Set([...nodes.map(({ node_id }) => node_id), ...owners])];
    const known = this.colors.get();
    if (nodeIds.length !== known.size || nodeIds.some((nodeId) => !known.has(nodeId)))
      this.colors.update((colors) => colorsOf(colors, nodeIds));
    const before = this.#partitions;
    if (before === partitions) return;
    this.#partitions = partitions;
    if (before !== null) this.#add(movesOf(before, partitions));
  }

  #add(moves: readonly Move[]): void {
    if (moves.length === 0) return;
    const atMs = Date.now();
    const seen = moves.map((move) => {
      this.#lastId += 1;
      return { ...move, atMs, id: this.#lastId };
    });
    this.moves.update((former) => [...seen, ...former].slice(0, movesMax));
  }
}
