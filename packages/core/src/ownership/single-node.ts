/**
 * Enforces that `local` has one node: the later of two nodes is refused at start. Otherwise both would wait for each
 * other's leases forever.
 */

import { PlenumError } from '../outcome/outcome.ts';
import type { NodeBeat, NodeCard, NodeRegistry } from '../ports/leases.ts';
import { type Clock, sleep } from '../ports/runtime.ts';
import { Liveness } from './liveness.ts';

export interface SingleNodeDeps {
  readonly nodes: Pick<NodeRegistry, 'nodes' | 'remove'>;
  readonly card: NodeCard;
  readonly clock: Clock;
  readonly leaseTtlMs: number;
}

/** Resolves when there is no other live node. Waits for a crashed node to count as dead, at most one TTL. */
export async function waitForSingleNode(deps: SingleNodeDeps): Promise<void> {
  const { nodes, card, clock, leaseTtlMs } = deps;
  const liveness = new Liveness(leaseTtlMs);
  const firstBeats = new Map<string, number>();
  for (;;) {
    const others = (await nodes.nodes()).filter((other) => excludes(card, other));
    for (const other of others) {
      const firstBeat = firstBeats.get(other.nodeId) ?? other.beat;
      firstBeats.set(other.nodeId, firstBeat);
      if (firstBeat !== other.beat) throw refusal(card, other);
    }
    const { live, dead } = liveness.observe(others, clock.monotonicMs());
    for (const { nodeId, beat } of dead) await nodes.remove({ nodeId, beat });
    if (live.length === 0) return;
    await sleep(clock, leaseTtlMs / 12);
  }
}

/**
 * Checks again after this node is registered: every registered node is alive then, and two nodes that started at the
 * same moment see each other now. @throws PlenumError with one sentence that names the other node
 */
export function assertSingleNode(card: NodeCard, present: readonly NodeBeat[]): void {
  const other = present.find((node) => excludes(card, node));
  if (other !== undefined) throw refusal(card, other);
}

const excludes = (card: NodeCard, other: NodeCard): boolean =>
  other.nodeId !== card.nodeId && (card.strategy === 'local' || other.strategy === 'local');

function refusal(card: NodeCard, other: NodeCard): PlenumError {
  const whose = card.strategy === 'local' ? 'this node' : `node ${other.nodeId}`;
  const at = other.url === null ? '' : ` at ${other.url}`;
  return new PlenumError({
    code: 'unavailable',
    error: `PLENUM_CLUSTER_STRATEGY=local of ${whose} means a single node, but node ${other.nodeId}${at} is alive: stop it, or set owner on every node.`,
  });
}
