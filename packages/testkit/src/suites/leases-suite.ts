/** Tests leases, which make one node the owner of a partition, and the registry, by which nodes know each other. */
import type { ClusterStrategy, NodeCard } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';

/** Long: with a real clock, what must happen within a part of it may be one or two seconds late. */
const leaseTtlMs = 4000;
/** Twice it is more than a TTL. */
const mostOfTtlMs = leaseTtlMs * 0.55;

const cardOf = (nodeId: string, changes: Partial<NodeCard> = {}): NodeCard => ({
  nodeId,
  url: `http://${nodeId}:3000`,
  version: '1.0.0',
  strategy: 'owner' satisfies ClusterStrategy,
  isDraining: false,
  ...changes,
});

async function begin(makeEngine: MakeEngine) {
  const harness = await makeEngine({ leaseTtlMs });
  const { leases, nodes } = harness.engine;
  const own = async (partition: number, nodeId: string) => {
    const lease = await leases.acquire(partition, nodeId);
    if (lease === null) throw new Error(`${nodeId} did not get partition ${partition}`);
    return lease;
  };
  return { harness, leases, nodes, own };
}

function ownershipOfLeases(makeEngine: MakeEngine): void {
  test('of two nodes that ask at once one gets the lease', async () => {
    const { harness, leases } = await begin(makeEngine);
    await using _ = harness;
    const answers = await Promise.all(['n1', 'n2', 'n3'].map((nodeId) => leases.acquire(7, nodeId)));
    const [lease, ...others] = answers.filter((answer) => answer !== null);
    expect(others).toEqual([]);
    expect(await leases.holder(7)).toEqual(lease);
  });

  test('the holder gets its own lease again, with the same token, for one more TTL', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const lease = await own(0, 'n1');
    await harness.advance(mostOfTtlMs);
    expect(await own(0, 'n1')).toEqual(lease);
    await harness.advance(mostOfTtlMs);
    expect(await leases.holder(0)).toEqual(lease);
  });

  test('a lease that is not prolonged ends, and the next one has a higher token', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const lease = await own(1, 'n1');
    expect(await leases.acquire(1, 'n2')).toBeNull();
    await harness.advance(leaseTtlMs + 20);
    expect(await leases.holder(1)).toBeNull();
    expect((await own(1, 'n2')).token).toBeGreaterThan(lease.token);
  });

  test('tokens rise with every grant, to the same node too', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const tokens: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const lease = await own(2, `n${round % 2}`);
      tokens.push(lease.token);
      await leases.release(lease);
    }
    expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
    expect(tokens.every((token) => Number.isSafeInteger(token))).toBe(true);
  });

  test('the holders of all partitions are listed, and no others', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const first = await own(0, 'n1');
    const last = await own(255, 'n2');
    await leases.release(await own(100, 'n1'));
    expect(await leases.holders()).toEqual(
      new Map([
        [0, first],
        [255, last],
      ]),
    );
  });
}

function renewal(makeEngine: MakeEngine): void {
  test('a lease that is prolonged in time stays', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const lease = await own(3, 'n1');
    for (let round = 0; round < 2; round += 1) {
      await harness.advance(mostOfTtlMs);
      expect(await leases.renew([lease])).toEqual({ renewed: new Set([3]), lost: new Set() });
    }
    expect(await leases.holder(3)).toEqual(lease);
  });

  test('one answer lists which of many leases are still held', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const kept = await own(4, 'n1');
    const released = await own(5, 'n1');
    await leases.release(released);
    const taken = await own(6, 'n1');
    await leases.release(taken);
    await own(6, 'n2');
    expect(await leases.renew([kept, released, taken])).toEqual({
      renewed: new Set([4]),
      lost: new Set([5, 6]),
    });
  });

  test('an earlier lease of the same node is neither prolonged nor given back', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const earlier = await own(8, 'n1');
    await leases.release(earlier);
    const present = await own(8, 'n1');
    expect((await leases.renew([earlier])).lost).toEqual(new Set([8]));
    await leases.release(earlier);
    expect(await leases.holder(8)).toEqual(present);
  });

  test('of a renewal and a takeover at the end of a lease one succeeds', async () => {
    const { harness, leases, own } = await begin(makeEngine);
    await using _ = harness;
    const lease = await own(9, 'n1');
    await harness.advance(leaseTtlMs - 2);
    const [renewed, taken] = await Promise.all([leases.renew([lease]), leases.acquire(9, 'n2')]);
    expect(renewed.renewed.has(9)).toBe(taken === null);
    expect((await leases.holder(9))?.nodeId).toBe(taken === null ? 'n1' : 'n2');
  });
}

function registry(makeEngine: MakeEngine): void {
  test('a node is registered by its first beat and shown with its latest card', async () => {
    const { harness, nodes } = await begin(makeEngine);
    await using _ = harness;
    expect(await nodes.beat(cardOf('n1'))).toEqual({ isNew: true, isDrainAsked: false });
    expect(await nodes.beat(cardOf('n1', { isDraining: true, url: null }))).toEqual({
      isNew: false,
      isDrainAsked: false,
    });
    expect(await nodes.nodes()).toEqual([{ ...cardOf('n1', { isDraining: true, url: null }), beat: 2 }]);
  });

  test('a node is taken off at the beat at which it was found dead, not at another one', async () => {
    const { harness, nodes } = await begin(makeEngine);
    await using _ = harness;
    await nodes.beat(cardOf('n1'));
    await nodes.beat(cardOf('n1'));
    await nodes.remove({ nodeId: 'n1', beat: 1 });
    expect(await nodes.nodes()).toHaveLength(1);
    await nodes.remove({ nodeId: 'n1', beat: 2 });
    await nodes.remove({ nodeId: 'n1', beat: 2 });
    expect(await nodes.nodes()).toEqual([]);
    expect((await nodes.beat(cardOf('n1'))).isNew).toBe(true);
  });

  test('a node leaves by itself, whatever its beat', async () => {
    const { harness, nodes } = await begin(makeEngine);
    await using _ = harness;
    await nodes.beat(cardOf('n1'));
    await nodes.beat(cardOf('n2'));
    await nodes.remove({ nodeId: 'n1' });
    expect((await nodes.nodes()).map(({ nodeId }) => nodeId)).toEqual(['n2']);
  });

  test('a node that is asked to drain learns it with every beat from then on', async () => {
    const { harness, nodes } = await begin(makeEngine);
    await using _ = harness;
    await nodes.beat(cardOf('n1'));
    expect(await nodes.askDrain('n1')).toBe(true);
    expect((await nodes.beat(cardOf('n1'))).isDrainAsked).toBe(true);
    expect((await nodes.beat(cardOf('n1'))).isDrainAsked).toBe(true);
    expect(await nodes.askDrain('of-no-node')).toBe(false);
  });

  test('a node is woken by others and by a wish that it drains, never within the call', async () => {
    const { harness, nodes } = await begin(makeEngine);
    await using _ = harness;
    await nodes.beat(cardOf('n1'));
    let wakes = 0;
    const end = nodes.onWake('n1', () => {
      wakes += 1;
    });
    // Until it is heard at all: being woken is best effort.
    await eventually(() => {
      nodes.wake('n1');
      expect(wakes).toBeGreaterThan(0);
    });
    await eventually(async () => {
      const before = wakes;
      await nodes.askDrain('n1');
      await eventually(() => expect(wakes).toBeGreaterThan(before), { timeoutMs: 1000 });
    });
    end();
  });
}

/** What every `Leases` and `NodeRegistry` does. */
export function leasesSuite(name: string, makeEngine: MakeEngine): void {
  // On a real clock they wait for the ends of leases: side by side, each on an engine of its own.
  describe.concurrent(`${name}: leases`, () => {
    ownershipOfLeases(makeEngine);
    renewal(makeEngine);
  });
  describe(`${name}: nodes`, () => registry(makeEngine));
}
