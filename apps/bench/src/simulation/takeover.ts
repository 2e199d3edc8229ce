/**
 * Runs the ownership of every node of a cluster, on the memory engine's registry and leases and a virtual clock, and takes
 * the time that partitions have no owner: after the loss of a zone, and while one node is stopped as in a rolling restart.
 */
import {
  type Clock,
  defaultEngineSettings,
  type Engine,
  type Lease,
  type Logger,
  type NodeCard,
  Ownership,
  type PartitionWork,
} from '@plenum/core';
import { createMemoryEngine } from '@plenum/memory';
import { seededRandom } from '@plenum/testkit';
import { type Cluster, type ClusterShape, clusterOf, drawsFor } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Takeover {
  readonly nodes: number;
  /** From the loss of a zone until the work of a partition runs again, ms. */
  readonly lost: Waits;
  /** From the end of the work at a node that stops until it runs at the next owner, ms, without the network. */
  readonly handedOver: Waits;
}

export interface Waits {
  readonly partitions: number;
  readonly meanMs: number;
  readonly longestMs: number;
}

/** Nodes start at different moments of this interval, so their heartbeats and looks are spread. */
const startedWithinMs = 2000;
const calmMs = 3000;
/** Longer than a lost partition waits. */
const watchedMs = 10_000;
const handoverWatchedMs = 2000;

export async function takeover(shape: ClusterShape): Promise<Takeover> {
  const cluster = clusterOf(shape);
  const clock = new VirtualClock();
  const draw = drawsFor(shape.seed, 'takeover');
  const engine = createMemoryEngine({
    random: seededRandom(shape.seed),
    clock,
    settings: defaultEngineSettings,
  });
  const holders = new Holders(clock);
  const nodes = new Map(
    cluster.nodeIds.map((nodeId) => [nodeId, new SimulatedNode({ nodeId, clock, engine, holders })]),
  );
  await startAll(cluster, nodes, { clock, engine, draw });
  await clock.runSettled(clock.monotonicMs() + calmMs);

  const orphans = cluster.lost.flatMap((nodeId) => holders.of(nodeId));
  for (const nodeId of cluster.lost) nodes.get(nodeId)?.kill();
  holders.lose(orphans);
  await clock.runSettled(clock.monotonicMs() + watchedMs);
  const lost = waitsOf(orphans.map((partition) => holders.lastGapMs(partition)));

  const stopped = cluster.survivors.find((nodeId) => holders.of(nodeId).length > 0) ?? '';
  const handed = holders.of(stopped);
  void nodes.get(stopped)?.stop();
  await clock.runSettled(clock.monotonicMs() + handoverWatchedMs);
  const handedOver = waitsOf(handed.map((partition) => holders.lastGapMs(partition)));
  for (const node of nodes.values()) node.kill();
  await engine.close();
  return { nodes: shape.nodes, lost, handedOver };
}

/** All are registered before the first one looks: the start of a cluster is no part of what is simulated. */
async function startAll(
  { nodeIds }: Cluster,
  nodes: ReadonlyMap<string, SimulatedNode>,
  { clock, engine, draw }: { clock: VirtualClock; engine: Engine; draw: () => number },
): Promise<void> {
  for (const nodeId of nodeIds) void engine.nodes.beat(cardOf(nodeId));
  for (const nodeId of nodeIds) clock.after(draw() * startedWithinMs, () => nodes.get(nodeId)?.start());
  await clock.runSettled(startedWithinMs);
  for (const node of nodes.values()) node.hear();
}

const cardOf = (nodeId: string): NodeCard => ({
  ...{ nodeId, url: null, version: 'simulated', strategy: 'owner', isDraining: false },
});

function waitsOf(waitsMs: readonly number[]): Waits {
  const partitions = waitsMs.length;
  const sum = waitsMs.reduce((all, waitMs) => all + waitMs, 0);
  return { partitions, meanMs: sum / Math.max(1, partitions), longestMs: Math.max(0, ...waitsMs) };
}

/** Which node works for each partition, and for how long none did before. Never two at a time. */
class Holders {
  readonly #clock: Clock;
  readonly #holders = new Map<number, string>();
  readonly #endedMs = new Map<number, number>();
  readonly #gapsMs = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(nodeId: string): readonly number[] {
    return [...this.#holders].filter(([, holder]) => holder === nodeId).map(([partition]) => partition);
  }

  /** Infinite: no node works for it. */
  lastGapMs(partition: number): number {
    if (!this.#holders.has(partition)) return Number.POSITIVE_INFINITY;
    return this.#gapsMs.get(partition) ?? 0;
  }

  began({ partition, nodeId }: Lease): void {
    const holder = this.#holders.get(partition);
    if (holder !== undefined)
      throw new Error(`partition ${partition} has two owners: ${holder} and ${nodeId}`);
    this.#holders.set(partition, nodeId);
    const endedMs = this.#endedMs.get(partition);
    if (endedMs !== undefined) this.#gapsMs.set(partition, this.#clock.monotonicMs() - endedMs);
  }

  lose(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#holders.delete(partition);
      this.#endedMs.set(partition, this.#clock.monotonicMs());
    }
  }
}

interface NodeDeps {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly holders: Holders;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const never = new Promise<never>(() => {});

/** A node that may be lost without a word: then no timer of it fires, and no call of it reaches the store. */
class SimulatedNode {
  readonly #ownership: Ownership;
  #isLost = false;
  #isHearing = false;

  constructor({ nodeId, clock, engine, holders }: NodeDeps) {
    const { nodes, leases } = engine;
    const unlessLost = <T>(call: () => Promise<T>): Promise<T> => (this.#isLost ? never : call());
    const work: PartitionWork = {
      name: 'simulated',
      run: async (lease, signal) => {
        holders.began(lease);
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        if (!this.#isLost) holders.lose([lease.partition]);
      },
    };
    this.#ownership = new Ownership({
      works: [work],
      logger: silent,
      card: cardOf(nodeId),
      clock: {
        monotonicMs: () => clock.monotonicMs(),
        after: (delayMs, task) => clock.after(delayMs, () => this.#isLost || task()),
      },
      nodes: {
        ...nodes,
        beat: (card) => unlessLost(() => nodes.beat(card)),
        nodes: () => unlessLost(() => nodes.nodes()),
        remove: (node) => unlessLost(() => nodes.remove(node)),
        // At the start all wake all: the port allows that a wake is lost.
        wake: (id) => this.#isHearing && !this.#isLost && nodes.wake(id),
        onWake: (id, listener) => nodes.onWake(id, () => this.#isLost || listener()),
      },
      leases: {
        ...leases,
        acquire: (partition, id) => unlessLost(() => leases.acquire(partition, id)),
        renew: (held) => unlessLost(() => leases.renew(held)),
        release: (lease) => unlessLost(() => leases.release(lease)),
      },
    });
  }

  start(): void {
    this.#ownership.start().catch((error: unknown) => {
      throw error;
    });
  }

  /** From now on it wakes the next owner of what it gives away. */
  hear(): void {
    this.#isHearing = true;
  }

  stop(): Promise<void> {
    return this.#ownership.stop();
  }

  kill(): void {
    this.#isLost = true;
  }
}
