/** What operators see of the nodes at this moment: their figures, read by the node that is asked. */
import { setTimeout as wait } from 'node:timers/promises';
import { clusterFiguresSchema, type NodeFigures, nodesSchema } from '@plenum/protocol';
import { eventually, freshPrefix, monitorRedis, obtainRedisForTests } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { ServedWorkers } from '../support/cluster/served-workers.ts';
import { engines, Service } from '../support/cluster/service.ts';
import { httpRequest } from '../support/wire/http.ts';

async function figuresAt(url: string) {
  const { status, body } = await httpRequest('GET', `${url}/v1/nodes/figures`);
  expect(status, JSON.stringify(body)).toBe(200);
  return clusterFiguresSchema.parse(body);
}
const group = { group_id: 'g', group_type: 'public', creator_id: 'ann' };
const sumOf = (nodes: readonly NodeFigures[], read: (node: NodeFigures) => number) =>
  nodes.reduce((sum, node) => sum + read(node), 0);

test.each(engines)('a node counts what it does, and measures while it is watched, on %s', async (engine) => {
  const archive = { save: async () => undefined };
  await using service = await Service.start(engine, { adapters: { archive } });
  const [first] = (await figuresAt(service.url)).nodes;
  expect(first).toMatchObject({
    window_ms: 0,
    cpu_percent: null,
    request_ms: { p50: null },
    partitions: 256,
  });
  const ann = await service.device('ann');
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  for (let i = 0; i < 5; i += 1) await ann.must('relay_msg', { group_id: 'g', message: `m${i}` });
  expect(await ann.send('nowhere', 'hello')).toMatchObject({ success: false });
  await eventually(async () => {
    const { nodes, missing } = await figuresAt(service.url);
    expect(missing).toEqual([]);
    expect(nodes).toHaveLength(1);
    const [node] = nodes;
    expect(node).toMatchObject({ draining: false, sockets: 1, devices: 1, feeds: 1, url: service.url });
    const { totals, request_ms, window_ms, adapters, redis } = node as NodeFigures;
    expect(totals.messages_sent - (first?.totals.messages_sent ?? 0)).toBe(5);
    expect(totals.refusals - (first?.totals.refusals ?? 0)).toBe(1);
    expect(window_ms).toBeGreaterThan(0);
    expect(request_ms.p50).toBeGreaterThan(0);
    expect(request_ms.max).toBeGreaterThanOrEqual(request_ms.p99 ?? Number.NaN);
    expect(node?.cpu_percent).toBeGreaterThan(0);
    expect(node?.loop_lag_ms.p50).toBeGreaterThanOrEqual(0);
    expect(adapters).toMatchObject([{ adapter: 'archive', is_open: false, dead_letters: 0 }]);
    expect(adapters[0]?.delivered).toBeGreaterThanOrEqual(5);
    if (engine === 'redis') expect(redis.round_trip_ms).toBeGreaterThan(0);
    else expect(redis.round_trip_ms).toBeNull();
  });
});

test.each(engines)('a library without a port counts from the first reading on, on %s', async (engine) => {
  const redis = engine === 'redis' ? await obtainRedisForTests() : null;
  const place = redis === null ? {} : { redisUrl: redis.url };
  const plenum = await createPlenum({ prefix: freshPrefix(), ...place });
  try {
    const read = async () => {
      const seen = await plenum.cluster.figures();
      return seen.ok ? seen.result.nodes[0] : undefined;
    };
    const first = await read();
    expect(first).toMatchObject({ url: null, sockets: 0, partitions: 256, adapters: [] });
    await plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' });
    await plenum.send('g', 'ann', 'hello');
    const sent = first?.totals.messages_sent ?? 0;
    await eventually(async () => expect((await read())?.totals.messages_sent).toBe(sent + 1));
  } finally {
    await plenum.close();
    await redis?.dispose();
  }
});

test('a library in client mode is no node, so it is refused with a sentence', async () => {
  const redis = await obtainRedisForTests();
  const plenum = await createPlenum({ prefix: freshPrefix(), redisUrl: redis.url, mode: 'client' });
  try {
    expect(await plenum.cluster.figures()).toMatchObject({ ok: false, failure: { code: 'invalid_request' } });
    expect(await plenum.cluster.trace({ groupId: 'g', userId: 'ann' })).toMatchObject({ ok: false });
  } finally {
    await plenum.close();
    await redis.dispose();
  }
});

test('three nodes answer for themselves; a frozen one is missing, a killed one goes', async () => {
  await using cluster = await Cluster.start({ PLENUM_LEASE_TTL_MS: '3000' });
  await httpRequest('POST', `${cluster.url}/v1/groups`, { body: group });
  const devices = await cluster.onEachNode(['ann', 'bob', 'cyd']);
  for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'g' });
  const [one, two, three] = [cluster.node(0), cluster.node(1), cluster.node(2)];
  await eventually(async () => {
    const { nodes, missing } = await figuresAt(one.url);
    expect(missing).toEqual([]);
    expect(nodes.map(({ url }) => url).sort()).toEqual([...cluster.urls].sort());
    expect(nodes.map(({ sockets }) => sockets)).toEqual([1, 1, 1]);
    expect(sumOf(nodes, ({ partitions }) => partitions)).toBe(256);
  });
  const { nodes } = await figuresAt(one.url);
  const idOf = (url: string) => nodes.find((node) => node.url === url)?.node_id ?? '';
  process.kill(two.pid, 'SIGSTOP');
  try {
    await eventually(async () => {
      const seen = await figuresAt(one.url);
      expect(seen.missing).toEqual([idOf(two.url)]);
      expect(seen.nodes).toHaveLength(2);
    });
    const { body } = await httpRequest('GET', `${one.url}/v1/users/ann/devices`);
    expect(body).toMatchObject({ count: 1, missing: [idOf(two.url)] });
  } finally {
    process.kill(two.pid, 'SIGCONT');
  }
  await eventually(async () => expect((await figuresAt(one.url)).nodes).toHaveLength(3), {
    timeoutMs: 20_000,
  });
  const asked = figuresAt(one.url);
  process.kill(three.pid, 'SIGKILL');
  await asked;
  // It is shown as a node whose beat grows old, until the others have found it dead.
  await eventually(
    async () => {
      const { body } = await httpRequest('GET', `${one.url}/v1/nodes`);
      const listed = nodesSchema.parse(body);
      const killed = listed.nodes.find(({ node_id }) => node_id === idOf(three.url));
      expect(killed?.beat_age_ms).toBeGreaterThan(listed.dead_after_ms / 2);
    },
    { timeoutMs: 20_000 },
  );
  await eventually(
    async () => {
      const seen = await figuresAt(one.url);
      expect(seen.missing).toEqual([]);
      expect(sumOf(seen.nodes, ({ partitions }) => partitions)).toBe(256);
      expect(seen.nodes.map(({ node_id }) => node_id)).not.toContain(idOf(three.url));
    },
    { timeoutMs: 30_000 },
  );
}, 120_000);

test('a flood of requests asks the nodes a few times, and a cluster that is not asked is silent', async () => {
  await using cluster = await Cluster.start();
  let questions = 0;
  const monitor = await monitorRedis(cluster.redis.url, ([, , text = '']) => {
    if (text.includes('question')) questions += 1;
  });
  const startMs = performance.now();
  await Promise.all(Array.from({ length: 200 }, () => figuresAt(cluster.node(0).url)));
  const askingsMax = 1 + (performance.now() - startMs) / 500;
  expect(questions).toBeGreaterThanOrEqual(2);
  expect(questions).toBeLessThanOrEqual(2 * askingsMax);
  const before = questions;
  // Longer than a heartbeat, and than every other round of a node.
  await wait(4000);
  expect(questions).toBe(before);
  monitor.stop();
}, 60_000);

test('each worker is a node with figures of its own', async () => {
  await using workers = await ServedWorkers.start();
  await eventually(async () => {
    const { nodes, missing } = await figuresAt(workers.url);
    expect(missing).toEqual([]);
    expect(nodes.map(({ node_id }) => node_id).sort()).toEqual(
      workers.alive.map(({ nodeId }) => nodeId).sort(),
    );
  });
}, 60_000);

test('without Redis the figures are unavailable, with a sentence', async () => {
  await using cluster = await Cluster.start();
  await cluster.redis.stop();
  for (const path of ['/v1/nodes/figures', '/v1/nodes', '/v1/partitions']) {
    const { status, body } = await httpRequest('GET', `${cluster.node(0).url}${path}`);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'unavailable',
      can_retry: true,
      error: expect.stringMatching(/\w+ \w+/),
    });
  }
}, 60_000);
