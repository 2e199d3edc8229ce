/** The script that renews the leases of many partitions, and reports what is due in them. */
import { defaultEngineSettings, Findings, type Lease, systemClock } from '@plenum/core';
import { Cluster } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { RedisLeases } from '../../src/cluster/leases.ts';
import { ScriptCalls } from '../../src/script-calls/script-calls.ts';
import { onEveryRedis, type Stage } from './stage.ts';

const leaseTtlMs = 60_000;

const clusters: Cluster[] = [];
afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.disconnect();
});

/** Over a client of a Cluster if the server is one: only such a client may send keys of several slots. */
async function callsOf({ redis, calls, clock }: Stage): Promise<ScriptCalls> {
  if (!(await redis.info('cluster')).includes('cluster_enabled:1')) return calls;
  const { host = '', port = 0 } = redis.options;
  const cluster = new Cluster([{ host, port }]);
  clusters.push(cluster);
  return new ScriptCalls({ redis: cluster, clock, settings: defaultEngineSettings });
}

async function holding(stage: Stage, count: number) {
  const calls = await callsOf(stage);
  const findings = new Findings(systemClock);
  const settings = { ...defaultEngineSettings, leaseTtlMs };
  const leases = new RedisLeases({ calls, keys: stage.keys, settings, findings });
  const own = await Promise.all(
    Array.from({ length: count }, async (_, partition) => {
      const lease = await leases.acquire(partition, 'n1');
      if (lease === null) throw new Error(`partition ${partition} is held by another node`);
      return lease;
    }),
  );
  for (const { partition } of own) await stage.redis.pexpire(stage.keys.lease(partition), leaseTtlMs / 2);
  return { leases, own, findings };
}

const partitionsOf = (some: readonly Lease[]) => new Set(some.map(({ partition }) => partition));
const lifeMs = (stage: Stage, partition: number) => stage.redis.pttl(stage.keys.lease(partition));

onEveryRedis((open) => {
  test('leases of partitions in many slots are extended, in slices of at most 32', async () => {
    const stage = open();
    const { leases, own } = await holding(stage, 100);
    expect(leases.slices(own).map(({ length }) => length)).toEqual([32, 32, 32, 4]);
    expect(leases.slices(own).flat()).toEqual(own);
    expect(await leases.renew(own)).toEqual({ renewed: partitionsOf(own), lost: new Set() });
    for (const { partition } of own) expect(await lifeMs(stage, partition)).toBeGreaterThan(leaseTtlMs / 2);
  });

  test('what another node holds, or no node, is lost and not extended; its neighbours are', async () => {
    const stage = open();
    const { leases, own } = await holding(stage, 4);
    await stage.redis.set(stage.keys.lease(1), 'n2 5', 'PX', 30_000);
    await stage.redis.unlink(stage.keys.lease(2));
    const renewal = await leases.renew(own);
    expect(renewal).toEqual({ renewed: new Set([0, 3]), lost: new Set([1, 2]) });
    expect(await lifeMs(stage, 1)).toBeLessThanOrEqual(30_000);
  });

  test('the fence compares the token, and the whole node id', async () => {
    const stage = open();
    const { leases, own } = await holding(stage, 3);
    const [first, second, third] = own;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three leases');
    const claims = [
      { ...first, token: first.token - 1 },
      { ...second, token: second.token + 1 },
      { ...third, nodeId: 'n' },
    ];
    expect(await leases.renew(claims)).toEqual({ renewed: new Set(), lost: new Set([0, 1, 2]) });
    for (const { partition } of own)
      expect(await lifeMs(stage, partition)).toBeLessThanOrEqual(leaseTtlMs / 2);
  });

  test('a renewal finds what is due and which nodes host users, in each partition', async () => {
    const stage = open();
    const { leases, own, findings } = await holding(stage, 4);
    const farMs = 9_999_999_999_999;
    await stage.redis.zadd(stage.keys.dueIn(0), 1, 'due');
    await stage.redis.zadd(stage.keys.dueIn(1), farMs, 'later');
    await stage.redis.zadd(stage.keys.away(1), 1, 'group user');
    await stage.redis.zadd(stage.keys.away(2), farMs, 'group user');
    await stage.redis.sadd(stage.keys.holders(2), 'n1', 'n2');
    await leases.renew(own);
    expect([0, 1, 2, 3].map((partition) => findings.of(partition))).toMatchObject([
      { isMuteDue: true, isAbsenceDue: false, hostingNodes: [] },
      { isMuteDue: false, isAbsenceDue: true, hostingNodes: [] },
      { isMuteDue: false, isAbsenceDue: false },
      { isMuteDue: false, isAbsenceDue: false, hostingNodes: [] },
    ]);
    expect(findings.of(2)?.hostingNodes.toSorted()).toEqual(['n1', 'n2']);
  });

  test('a key of another type takes no lease away: its partition counts as due, or is not reported', async () => {
    const stage = open();
    const { leases, own, findings } = await holding(stage, 3);
    await stage.redis.set(stage.keys.dueIn(0), 'no sorted set');
    await stage.redis.set(stage.keys.holders(1), 'no set');
    expect((await leases.renew(own)).renewed).toEqual(new Set([0, 1, 2]));
    expect(findings.of(0)?.isMuteDue).toBe(true);
    expect(findings.of(1)).toBeNull();
    expect(findings.of(2)?.isMuteDue).toBe(false);
  });

  test('a server that refuses the script renews each lease alone', async () => {
    const stage = open();
    const { own, findings } = await holding(stage, 3);
    // The plain client declares keys of several slots; a server of a Cluster refuses that.
    const settings = { ...defaultEngineSettings, leaseTtlMs };
    const plain = new RedisLeases({ calls: stage.calls, keys: stage.keys, settings, findings });
    expect(await plain.renew(own)).toEqual({ renewed: partitionsOf(own), lost: new Set() });
  });

  test('of a lease whose key is of another type nothing is known', async () => {
    const stage = open();
    const { leases, own } = await holding(stage, 3);
    await stage.redis.unlink(stage.keys.lease(1));
    await stage.redis.rpush(stage.keys.lease(1), 'no string');
    expect(await leases.renew(own)).toEqual({ renewed: new Set([0, 2]), lost: new Set() });
  });
});
