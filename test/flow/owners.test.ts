/** Three real nodes: who owns what, as operators see it, and how a node is drained from another one. */
import { ownersOf, PARTITION_COUNT } from '@plenum/core';
import { type GroupOwner, groupOwnerSchema, nodesSchema, partitionsSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { adminToken, httpRequest, jwtSecret } from '../support/wire/http.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const get = async (index: number, path: string) =>
  (await httpRequest('GET', `${cluster.node(index).url}${path}`)).body;
const nodesSeenBy = async (index: number) => nodesSchema.parse(await get(index, '/v1/nodes')).nodes;
const ownerSeenBy = async (index: number, groupId: string): Promise<GroupOwner> =>
  groupOwnerSchema.parse(await get(index, `/v1/groups/${groupId}/owner`));

/** Every partition is where hashing wants it: none is about to move. */
async function settled(): Promise<void> {
  await eventually(
    async () => {
      const nodes = await nodesSeenBy(0);
      expect(nodes).toHaveLength(3);
      for (const { partitions, draining } of nodes) if (!draining) expect(partitions).toBeGreaterThan(40);
      const owning = nodes.filter(({ draining }) => !draining).map(({ node_id }) => node_id);
      const { partitions } = partitionsSchema.parse(await get(0, '/v1/partitions'));
      expect(partitions.map(({ node_id }) => node_id)).toEqual(ownersOf(owning));
    },
    { timeoutMs: 30_000 },
  );
}

test('every node names the same owner of a room, and says where it listens', async () => {
  await settled();
  const urls = new Set(cluster.nodes.map(({ url }) => url));
  for (const groupId of ['lobby', 'a:b', 'g'.repeat(128)]) {
    const seen = await Promise.all([0, 1, 2].map((index) => ownerSeenBy(index, groupId)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]?.moving).toBe(false);
    expect(urls).toContain(seen[0]?.url);
  }
});

test('partitions and the nodes that own them add up', async () => {
  await settled();
  const { partitions } = partitionsSchema.parse(await get(1, '/v1/partitions'));
  expect(partitions.map(({ partition }) => partition)).toEqual(
    Array.from({ length: PARTITION_COUNT }, (_, partition) => partition),
  );
  for (const { node_id, partitions: count } of await nodesSeenBy(2)) {
    expect(partitions.filter((row) => row.node_id === node_id)).toHaveLength(count);
  }
});

test('a second node under `local` ends with one sentence', async () => {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['serve'], {
    PORT: '0',
    REDIS_URL: cluster.redis.serviceUrl,
    PLENUM_CLUSTER_STRATEGY: 'local',
    PLENUM_JWT_SECRET: jwtSecret,
    PLENUM_ADMIN_TOKEN: adminToken,
    PLENUM_LOG_LEVEL: 'silent',
  });
  expect(await command.ended).toBe(1);
  expect(command.output.trim().split('\n')).toEqual([
    expect.stringMatching(
      /^PLENUM_CLUSTER_STRATEGY=local of this node means a single node, but node \w+ at http.* is alive/,
    ),
  ]);
});

test('a node is drained from another one: it owns nothing, its clients move, and it stays', async () => {
  await settled();
  const device = await cluster.device('ann', cluster.node(2).url);
  const target = (await nodesSeenBy(0)).find(({ url }) => url === cluster.node(2).url);
  const path = `${cluster.node(0).url}/v1/nodes/${target?.node_id}/drain`;
  expect(await httpRequest('POST', path)).toMatchObject({ status: 202, body: { status: 'draining' } });
  await device.until('drain');
  await eventually(async () => {
    const drained = (await nodesSeenBy(1)).find(({ node_id }) => node_id === target?.node_id);
    expect(drained).toMatchObject({ draining: true, partitions: 0 });
  });
  await settled();
  const readiness = await httpRequest('GET', `${cluster.node(2).url}/readyz`);
  expect(readiness).toMatchObject({ status: 503, body: { draining: true } });
  expect(await ownerSeenBy(2, 'lobby')).toEqual(await ownerSeenBy(0, 'lobby'));
});
