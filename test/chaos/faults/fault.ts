/** One line of the fault table. */
import type { ChaosScene } from '../chaos-scene.ts';
import type { DeploymentKind } from '../deployment.ts';

/** Two faults that come together are of two edges. */
export type Edge = 'node' | 'redis' | 'link' | 'adapter' | 'client';

export interface Fault {
  /** Unique. Example: `redis: SIGKILL and restart` */
  readonly name: string;
  readonly edge: Edge;
  /** Deployments of Redis with which it is run. */
  readonly on: readonly DeploymentKind[];
  /** The small disk, or the clock of Redis: not every machine lets a test have them. */
  readonly needs?: 'disk' | 'clock';
  /**
   * What Redis may lose by it, as `apps/docs` promises: acks that were given at most this long before the fault, and until it is
   * over. Absent: nothing.
   */
  readonly losesMs?: number;
  /** Resolves when all that it broke is whole again. @param at what the seed has drawn for it */
  inject(scene: ChaosScene, at: Drawn): Promise<void>;
}

export interface Drawn {
  /** Index of a node. */
  readonly node: number;
  /** From 0 to 1: which server, how long, how much. */
  readonly share: number;
}

export const everywhere: readonly DeploymentKind[] = ['standalone', 'sentinel', 'cluster'];
