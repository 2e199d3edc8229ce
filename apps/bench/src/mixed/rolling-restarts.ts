/**
 * Restarts every node in turn, each as the version that it was, one of each round by SIGKILL. Between two rounds one node
 * becomes one of the other version. Nodes of both versions run throughout.
 */
import type { Fault } from '../faults/fault.ts';
import type { MixedCluster, Version } from './mixed-cluster.ts';

interface Swap {
  readonly place: number;
  readonly to: Version;
}

/** Of a cluster that begins as before, now, now: two are of the version before after each odd swap, one after each even one. */
const swaps: readonly Swap[] = [
  { place: 1, to: 'before' },
  { place: 0, to: 'now' },
  { place: 2, to: 'before' },
  { place: 1, to: 'now' },
  { place: 0, to: 'before' },
  { place: 2, to: 'now' },
];
/** One swap in each direction. */
const leastRounds = 2;

export interface RestartCounts {
  drained: number;
  killed: number;
  toBefore: number;
  toNow: number;
}

export interface RollingRestarts extends Fault {
  readonly counts: Readonly<RestartCounts>;
}

/** Begins with the load and lasts as long, at least until a node was swapped in each direction. */
export function rollingRestarts(cluster: MixedCluster, onProgress: (what: string) => void): RollingRestarts {
  const counts: RestartCounts = { drained: 0, killed: 0, toBefore: 0, toNow: 0 };
  const restart = async (place: number, version: Version, how: 'SIGTERM' | 'SIGKILL') => {
    await cluster.restart(place, version, how);
    counts[how === 'SIGKILL' ? 'killed' : 'drained'] += 1;
  };
  return {
    description: 'rolling restarts',
    startsAt: 0,
    counts,
    inject: async (forMs) => {
      const endMs = performance.now() + forMs;
      for (let round = 0; round < leastRounds || performance.now() < endMs; round += 1) {
        onProgress(`round ${round + 1}: ${cluster.versions.join(', ')}`);
        for (const [place, version] of cluster.versions.entries()) {
          await restart(place, version, place === round % cluster.versions.length ? 'SIGKILL' : 'SIGTERM');
        }
        const swap = swaps[round % swaps.length];
        if (swap === undefined) continue;
        await restart(swap.place, swap.to, 'SIGTERM');
        counts[swap.to === 'now' ? 'toNow' : 'toBefore'] += 1;
      }
      return null;
    },
  };
}
