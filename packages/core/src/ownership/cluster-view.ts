/** Knows which nodes are alive, and which of them hashing prefers for each partition, as this node sees it. */

import type { NodeBeat, NodeCard, NodeRegistry } from '../ports/leases.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { Liveness } from './liveness.ts';
import { ownersOf } from './owner-of.ts';

export interface ClusterViewDeps {
  readonly nodes: NodeRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseTtlMs: number;
  /** This node's card; read at each look, because the node may have begun to drain. */
  readonly self: () => NodeCard;
}

export class ClusterView {
  readonly #deps: ClusterViewDeps;
  readonly #liveness: Liveness;
  #others: readonly string[] = [];
  #candidates = '';
  #owners: readonly (string | null)[] = [];

  constructor(deps: ClusterViewDeps) {
    this.#deps = deps;
    this.#liveness = new Liveness(deps.leaseTtlMs);
  }

  /** The live nodes without this one. */
  get others(): readonly string[] {
    return this.#others;
  }

  /** For how long the latest beat of another node has been seen unchanged, ms; null: the node has not been seen. */
  beatAgeMs(nodeId: string): number | null {
    return this.#liveness.ageMs(nodeId, this.#deps.clock.monotonicMs());
  }

  /** The preferred owner of a partition; null if no node takes partitions, or before the first look. */
  ownerOf(partition: number): string | null {
    return this.#owners[partition] ?? null;
  }

  /** Reads the registry, and removes dead nodes from it. @throws PlenumError when the store cannot be reached */
  async look(): Promise<void> {
    const { nodes, clock, logger, self } = this.#deps;
    const seen = await nodes.nodes();
    const { live, dead } = this.#liveness.observe(
      seen.filter(({ nodeId }) => nodeId !== self().nodeId),
      clock.monotonicMs(),
    );
    this.#others = live.map(({ nodeId }) => nodeId);
    this.#prefer(live);
    for (const { nodeId, beat, url } of dead) {
      logger.warn({ dead: nodeId, url }, 'a node sends no heartbeats; it is removed from the registry');
      await nodes.remove({ nodeId, beat });
    }
  }

  #prefer(others: readonly NodeBeat[]): void {
    const takers = [this.#deps.self(), ...others].filter(({ isDraining }) => !isDraining);
    const nodeIds = takers.map(({ nodeId }) => nodeId).sort();
    // Hashing all partitions costs time in proportion to the number of nodes, and the nodes hardly ever change.
    if (nodeIds.join(' ') === this.#candidates) return;
    this.#candidates = nodeIds.join(' ');
    this.#owners = ownersOf(nodeIds);
  }
}
