/**
 * Nodes that share an engine in one process, on a clock that the test moves. Shows which node works for which
 * partition, to the millisecond.
 */

import { createMemoryEngine } from '@plenum/memory';
import { ManualClock, seededRandom } from '@plenum/testkit';
import {
  type ClusterStrategy,
  defaultEngineSettings,
  type Engine,
  type Leases,
  type NodeRegistry,
  Ownership,
  PARTITION_COUNT,
  type PartitionWork,
} from '../../src/index.ts';

export const { leaseTtlMs } = defaultEngineSettings;
export const beatMs = leaseTtlMs / 3;
export const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface Moment {
  readonly nodeId: string;
  readonly token: number;
  readonly did: 'begin' | 'end';
  readonly atMs: number;
}
type Store = Pick<Engine, 'nodes' | 'leases'>;
interface NodeChanges {
  readonly strategy?: ClusterStrategy;
  readonly store?: Store;
  /** How long a work takes to end. */
  readonly lastStepMs?: number;
}

/** Runs everything that does not wait for a timer. */
async function endDueMutes(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class Stage {
  readonly clock = new ManualClock();
  readonly engine: Engine = createMemoryEngine({
    random: seededRandom(),
    clock: this.clock,
    settings: defaultEngineSettings,
    wallBaseMs: 0,
  });
  /** Of every partition, what was begun and ended, in order. */
  readonly moments = new Map<number, Moment[]>();

  node(nodeId: string, changes: NodeChanges = {}): Ownership {
    const { strategy = 'owner', store = this.engine, lastStepMs = 0 } = changes;
    const { nodes, leases } = store;
    const card = { nodeId, url: null, version: '1.0.0', strategy };
    const works = [this.#work(nodeId, lastStepMs)];
    return new Ownership({ nodes, leases, works, card, clock: this.clock, logger });
  }

  async advance(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 50) {
      await this.clock.advance(50);
      await endDueMutes();
    }
  }

  /** Who works for each partition at this moment; several where works of two nodes run at a time. */
  working(): readonly string[] {
    return Array.from({ length: PARTITION_COUNT }, (_, partition) => {
      const running = new Set<string>();
      for (const { nodeId, did } of this.moments.get(partition) ?? []) {
        if (did === 'begin') running.add(nodeId);
        else running.delete(nodeId);
      }
      return [...running].join(' and ');
    });
  }

  /** Partitions for which two works ran at a time. */
  overlaps(): readonly number[] {
    return [...this.moments].flatMap(([partition, moments]) => {
      const isWrong = moments.some(({ did }, at) => did !== (at % 2 === 0 ? 'begin' : 'end'));
      return isWrong ? [partition] : [];
    });
  }

  #work(nodeId: string, lastStepMs: number): PartitionWork {
    const note = (partition: number, token: number, did: Moment['did']) => {
      const moments = this.moments.get(partition) ?? [];
      this.moments.set(partition, [...moments, { nodeId, token, did, atMs: this.clock.monotonicMs() }]);
    };
    return {
      name: 'recorded',
      run: async ({ partition, token }, signal) => {
        note(partition, token, 'begin');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        if (lastStepMs > 0) await new Promise<void>((resolve) => void this.clock.after(lastStepMs, resolve));
        note(partition, token, 'end');
      },
    };
  }
}

/** The store of a node that is cut off from it. */
export function severable({ nodes, leases }: Store): { readonly cut: () => void; readonly store: Store } {
  let isCut = false;
  const unlessCut = <T>(call: () => Promise<T>): Promise<T> =>
    isCut ? Promise.reject(new Error('away')) : call();
  const cutNodes: NodeRegistry = {
    ...nodes,
    beat: (card) => unlessCut(() => nodes.beat(card)),
    nodes: () => unlessCut(() => nodes.nodes()),
  };
  const cutLeases: Leases = {
    ...leases,
    acquire: (partition, nodeId) => unlessCut(() => leases.acquire(partition, nodeId)),
    renew: async (own) => (isCut ? { renewed: new Set(), lost: new Set() } : leases.renew(own)),
    release: (lease) => unlessCut(() => leases.release(lease)),
  };
  return {
    cut: () => {
      isCut = true;
    },
    store: { nodes: cutNodes, leases: cutLeases },
  };
}
