/** Nodes that share an engine in one process, on a clock that the test moves: who works when, to the millisecond. */
import {
  type ClusterStrategy,
  defaultEngineSettings,
  type Engine,
  type Leases,
  type NodeRegistry,
  Ownership,
  ownersOf,
  PARTITION_COUNT,
  type PartitionWork,
} from '@plenum/core';
import { ManualClock, seededRandom } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { createMemoryEngine } from '../src/index.ts';

const { leaseTtlMs } = defaultEngineSettings;
const beatMs = leaseTtlMs / 3;
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

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

/** Lets everything run that waits for no timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

class Stage {
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
      await settle();
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

/** The store as a node sees it that is cut off from it. */
function severable({ nodes, leases }: Store): { readonly cut: () => void; readonly store: Store } {
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

test('one node works for every partition once it has started', async () => {
  const stage = new Stage();
  const node = stage.node('a');
  await node.start();
  expect(stage.working()).toEqual(ownersOf(['a']));
  expect(node.held()).toHaveLength(PARTITION_COUNT);
});

test('a second node gets its share within a second, after the works of the first have ended', async () => {
  const stage = new Stage();
  await stage.node('a', { lastStepMs: 100 }).start();
  await stage.node('b').start();
  await stage.advance(1000);
  expect(stage.working()).toEqual(ownersOf(['a', 'b']));
  expect(stage.overlaps()).toEqual([]);
});

test('a work that does not end holds its partition up for a second, and no longer', async () => {
  const stage = new Stage();
  await stage.node('a', { lastStepMs: 60_000 }).start();
  await stage.node('b').start();
  await stage.advance(1500);
  const holders = await stage.engine.leases.holders();
  const nodeIds = Array.from({ length: PARTITION_COUNT }, (_, partition) => holders.get(partition)?.nodeId);
  expect(nodeIds).toEqual(ownersOf(['a', 'b']));
});

test('a node that drains gives everything away within a second and works for nothing', async () => {
  const stage = new Stage();
  const [a, b] = [stage.node('a'), stage.node('b')];
  await a.start();
  await b.start();
  await stage.advance(1000);
  const draining = a.drain();
  await stage.advance(1000);
  await draining;
  expect(a.held()).toEqual([]);
  expect(stage.working()).toEqual(ownersOf(['b']));
  expect(stage.overlaps()).toEqual([]);
  expect(await stage.engine.nodes.nodes()).toMatchObject([
    { nodeId: 'a', isDraining: true },
    { nodeId: 'b', isDraining: false },
  ]);
});

test('a node that somebody asks to drain does so at once, and says so once', async () => {
  const stage = new Stage();
  let asked = 0;
  const { nodes, leases } = stage.engine;
  const node = new Ownership({
    ...{ nodes, leases, works: [], clock: stage.clock, logger },
    card: { nodeId: 'a', url: null, version: '1.0.0', strategy: 'owner' },
    onDrainAsked: () => {
      asked += 1;
    },
  });
  await node.start();
  await nodes.askDrain('a');
  await stage.advance(50);
  expect(node.held()).toEqual([]);
  await stage.advance(2 * beatMs);
  expect(asked).toBe(1);
});

test('a node that has stopped wakes nobody any more: its store may be closed by then', async () => {
  const stage = new Stage();
  const { nodes, leases } = stage.engine;
  let wakes = 0;
  const wake = (nodeId: string) => {
    wakes += 1;
    nodes.wake(nodeId);
  };
  const node = stage.node('a', { store: { nodes: { ...nodes, wake }, leases } });
  await node.start();
  await stage.node('b').start();
  await stage.advance(1000);
  await node.stop();
  const wakesOnLeaving = wakes;
  await stage.advance(50);
  expect(wakes).toBe(wakesOnLeaving);
});

test('a node that stops leaves the registry and every lease', async () => {
  const stage = new Stage();
  const node = stage.node('a');
  await node.start();
  const stopping = node.stop();
  await stage.advance(100);
  await stopping;
  expect(await stage.engine.nodes.nodes()).toEqual([]);
  expect((await stage.engine.leases.holders()).size).toBe(0);
});

test('a node that cannot renew stops its works before its leases end, and others have taken over within a TTL and a beat', async () => {
  const stage = new Stage();
  const lonely = severable(stage.engine);
  await stage.node('a', { store: lonely.store }).start();
  await stage.node('b').start();
  await stage.advance(3000);
  lonely.cut();
  const cutAtMs = stage.clock.monotonicMs();
  await stage.advance(leaseTtlMs + beatMs);
  expect(stage.working()).toEqual(ownersOf(['b']));
  expect(stage.overlaps()).toEqual([]);
  const moved = [...stage.moments.values()].flat().filter(({ atMs }) => atMs > cutAtMs);
  const endedAtMs = moved.flatMap(({ did, atMs }) => (did === 'end' ? [atMs] : []));
  const begunAtMs = moved.flatMap(({ did, atMs }) => (did === 'begin' ? [atMs] : []));
  expect(begunAtMs.length).toBeGreaterThan(50);
  expect(Math.max(...endedAtMs)).toBeLessThan(Math.min(...begunAtMs));
});

test('a node that was taken for dead comes back by itself and works for its share', async () => {
  const stage = new Stage();
  const [a, b] = [stage.node('a'), stage.node('b')];
  await a.start();
  await b.start();
  await stage.advance(1000);
  await stage.engine.nodes.remove({ nodeId: 'a' });
  await stage.advance(leaseTtlMs);
  expect(stage.working()).toEqual(ownersOf(['a', 'b']));
  expect(stage.overlaps()).toEqual([]);
});

test('under `local` one node works for everything, and a second one refuses to start with one sentence', async () => {
  const stage = new Stage();
  await stage.node('a', { strategy: 'local' }).start();
  expect(stage.working()).toEqual(ownersOf(['a']));
  for (const strategy of ['local', 'owner'] as const) {
    const refused = stage.node('b', { strategy }).start();
    const failure = expect(refused).rejects.toThrow(/PLENUM_CLUSTER_STRATEGY=local .* node a is alive/);
    await stage.advance(2 * beatMs);
    await failure;
  }
  expect((await stage.engine.nodes.nodes()).map(({ nodeId }) => nodeId)).toEqual(['a']);
});

test('a crashed `local` node is waited for, one TTL and no longer', async () => {
  const stage = new Stage();
  const card = { nodeId: 'a', url: null, version: '1.0.0', strategy: 'local', isDraining: false } as const;
  await stage.engine.nodes.beat(card);
  const starting = stage.node('b', { strategy: 'local' }).start();
  await stage.advance(leaseTtlMs + beatMs);
  expect(stage.working()).toEqual(ownersOf(['b']));
  await starting;
});
