import type { NodeBeat } from '../ports/leases.ts';

interface Sighting {
  readonly beat: number;
  /** When this beat was first seen, on the observer's monotonic clock. */
  readonly sinceMs: number;
}

export interface Observation {
  readonly live: readonly NodeBeat[];
  /** Nodes whose beat has not changed for one TTL. */
  readonly dead: readonly NodeBeat[];
}

/**
 * Decides which nodes are live. Only the observer's own clock counts, so a step of another node's clock kills no
 * node.
 */
export class Liveness {
  readonly #ttlMs: number;
  #sightings: ReadonlyMap<string, Sighting> = new Map();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** For how long the latest beat of a node has been seen unchanged, ms; null: the node has not been seen. */
  ageMs(nodeId: string, nowMs: number): number | null {
    const sighting = this.#sightings.get(nodeId);
    return sighting === undefined ? null : nowMs - sighting.sinceMs;
  }

  /** A node that is seen for the first time counts as live for one TTL. @param nowMs monotonic */
  observe(nodes: readonly NodeBeat[], nowMs: number): Observation {
    const before = this.#sightings;
    this.#sightings = new Map(
      nodes.map(({ nodeId, beat }) => {
        const known = before.get(nodeId);
        return [nodeId, known?.beat === beat ? known : { beat, sinceMs: nowMs }];
      }),
    );
    const isDead = ({ nodeId }: NodeBeat): boolean =>
      nowMs - (this.#sightings.get(nodeId)?.sinceMs ?? nowMs) >= this.#ttlMs;
    return { live: nodes.filter((node) => !isDead(node)), dead: nodes.filter(isDead) };
  }
}
