/** Ownership of partitions: which node owns which, to the millisecond. */

import { expect, test } from 'vitest';
import { type Leases, type NodeRegistry, Ownership, ownersOf, PARTITION_COUNT } from '../../src/index.ts';
import { beatMs, leaseTtlMs, logger, Stage, severable } from './ownership-stage.ts';

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

test('a node that is asked to drain does so at once, and reports it once', async () => {
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

test('a node that has stopped wakes no other node: its store may be closed by then', async () => {
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

test('a node that cannot renew stops its works before its leases end, and others take over', async () => {
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

test('while the registry is away a node asks again for a lease that it lost', async () => {
  const stage = new Stage();
  const { nodes, leases } = stage.engine;
  const { cut, store } = severable(stage.engine);
  const node = stage.node('a', { store: { nodes: store.nodes, leases } });
  await node.start();
  await stage.node('b').start();
  await stage.advance(1000);
  cut();
  const lost = node.held().slice(0, 10);
  for (const lease of lost) await leases.release(lease);
  await stage.advance(2 * beatMs);
  expect((await nodes.nodes()).map(({ nodeId }) => nodeId)).toEqual(['a', 'b']);
  expect(stage.working()).toEqual(ownersOf(['a', 'b']));
  expect(stage.overlaps()).toEqual([]);
});

test('a registry that does not answer slows no renewal of leases down', async () => {
  const stage = new Stage();
  const { nodes, leases } = stage.engine;
  const renewedAtMs: number[] = [];
  let isSilent = false;
  const silent: NodeRegistry = {
    ...nodes,
    beat: async (card) => {
      if (!isSilent) return nodes.beat(card);
      await new Promise<void>((resolve) => void stage.clock.after(beatMs, resolve));
      throw new Error('away');
    },
  };
  const noted: Leases = {
    ...leases,
    renew: (own) => {
      renewedAtMs.push(stage.clock.monotonicMs());
      return leases.renew(own);
    },
  };
  await stage.node('a', { store: { nodes: silent, leases: noted } }).start();
  isSilent = true;
  await stage.advance(3 * leaseTtlMs);
  const pauses = renewedAtMs.slice(1).map((atMs, i) => atMs - (renewedAtMs[i] ?? 0));
  expect(pauses.length).toBeGreaterThan(5);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(beatMs + 50);
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

test('under `local` one node works for everything, and a second one refuses to start', async () => {
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
