/** Three idle nodes send Redis few commands: their chores for 256 partitions share commands. */
import { setTimeout as wait } from 'node:timers/promises';
import { ClusterSet, eventually, monitorRedis, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';

const nodeCount = 3;
const watchedMs = 8000;
/** Of one node. What a script does within Redis counts as the one command that has run it. */
const perSecondMax = 50;
const partitionCount = 256;

/** Commands of all nodes that reach these servers within `watchedMs`, by name. */
async function commandsOn(
  servers: readonly { readonly url: string }[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const monitors = await Promise.all(
    servers.map(({ url }) =>
      monitorRedis(url, ([name = ''], source) => {
        if (source !== 'lua') counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
      }),
    ),
  );
  await wait(watchedMs);
  for (const monitor of monitors) monitor.stop();
  return counts;
}

/** Resolves when every partition has an owner, and every node owns some. */
async function untilAllOwn(servers: readonly { readonly url: string }[]): Promise<void> {
  const clients = servers.map(({ url }) => new Redis(url));
  await eventually(async () => {
    const leases = await Promise.all(
      clients.map(async (client) => {
        const keys = await client.keys('*:lease');
        return Promise.all(keys.map((key) => client.get(key)));
      }),
    );
    const owners = leases.flat().map((lease) => lease?.split(' ')[0]);
    expect(owners).toHaveLength(partitionCount);
    expect(new Set(owners).size).toBe(nodeCount);
  });
  for (const client of clients) client.disconnect();
}

async function expectFewCommands(url: string, servers: readonly { readonly url: string }[]): Promise<void> {
  const environment = { HOST: '127.0.0.1', ...nodeSettings, REDIS_URL: url };
  const starts = Array.from({ length: nodeCount }, () => NodeOnPort.start(environment));
  const nodes = await Promise.all(starts);
  try {
    await untilAllOwn(servers);
    const counts = await commandsOn(servers);
    const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
    // They do their chores: 256 leases are renewed at least every two seconds.
    expect(counts.get('evalsha')).toBeGreaterThan((watchedMs / 2000) * (partitionCount / 32));
    expect(all / nodeCount / (watchedMs / 1000), JSON.stringify([...counts])).toBeLessThan(perSecondMax);
  } finally {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}

test('three idle nodes on one Redis send less than 50 commands a second each', async () => {
  await using redis = await startRedis();
  await expectFewCommands(redis.serviceUrl, [redis]);
});

test('three idle nodes on a Cluster of three masters send less than 50 commands a second each', async () => {
  await using set = await ClusterSet.start();
  await expectFewCommands(set.url, await set.masters());
});
