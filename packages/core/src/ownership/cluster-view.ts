/** Who is alive and whom hashing prefers for which partition, as this node sees it. */

import type { NodeBeat, NodeCard, NodeRegistry } from '../ports/leases.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { Liveness } from './liveness.ts';
import { ownersOf } from './owner-of.ts';

export interface ClusterViewDeps {
  readonly nodes: NodeRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseTtlMs: number;
  /** Asked at each look: it may have begun to drain. */
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

  /** Live nodes but this one. */
  get others(): readonly string[] {
    return this.#others;
  }

  /** The preferred owner of a partition; null if no node takes partitions, or before the first look. */
  ownerOf(partition: number): string | null {
    return this.#owners[partition] ?? null;
  }

  /** Takes those who are dead off the registry. @throws PlenumError when the store is away */
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
      logger.warn({ dead: nodeId, url }, 'a node has stopped beating and is taken off the registry');
      await nodes.remove({ nodeId, beat });
    }
  }

  #prefer(others: readonly NodeBeat[]): void {
    const takers = [this.#deps.self(), ...others].filter(({ isDraining }) => !isDraining);
    const nodeIds = takers.map(({ nodeId }) => nodeId).sort();
    // Hashing all partitions takes time in proportion to the nodes, and they hardly ever change.
    if (nodeIds.join(' ') === this.#candidates) return;
    this.#candidates = nodeIds.join(' ');
    this.#owners = ownersOf(nodeIds);
  }
}
