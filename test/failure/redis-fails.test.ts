/** Redis dies, drops its subscribers or falls silent under load; the checker judges everything that devices got. */
import { asService, eventually, startFaultProxy, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import type { Follower } from '../support/devices/follower.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
/** An ack survives the death of the process. */
const writesFirst = { appendonly: true, args: ['--appendfsync', 'always'] };
/** A half-open link is found this soon. */
const foundWithin = { timeoutMs: 10_000 };

/** Two groups with a member on each node, all of them speaking and changing messages. */
async function speaking(traffic: CheckedTraffic, urls: readonly string[]): Promise<Follower[]> {
  const first = await traffic.group('red', names('red', 6), urls);
  const second = await traffic.group('blue', names('blue', 6), urls);
  traffic.keepSending(first, 'red');
  traffic.keepSending(second, 'blue');
  traffic.keepChanging(first, 'red');
  traffic.keepChanging(second, 'blue');
  await traffic.until(50);
  return [...first, ...second];
}

test('a Redis that is killed and back has each acked message once; devices are complete', async () => {
  await using redis = await startRedis(writesFirst);
  await using proxy = await startFaultProxy({ targetPort: redis.port });
  await using cluster = await Cluster.start({ REDIS_URL: asService(proxy.url) });
  await using traffic = new CheckedTraffic(cluster.url);
  const members = await speaking(traffic, cluster.urls);
  const epochBefore = members[0]?.positionIn('red')?.epoch;
  for (let round = 0; round < 2; round += 1) {
    proxy.pauseDownstream();
    // Neither answers nor entries come out: each sender has a stored message that is not known to any node.
    await eventually(async () => expect(await storedIn(redis)).toBe(traffic.acks + members.length));
    await redis.kill();
    proxy.cutAll();
    await redis.restart();
    await traffic.until(50);
  }
  await traffic.expectComplete();
  expect(members[0]?.positionIn('red')?.epoch).not.toBe(epochBefore);
});

test('subscribers cut every 100 ms lose nothing', async () => {
  await using cluster = await Cluster.start();
  await using traffic = new CheckedTraffic(cluster.url);
  await speaking(traffic, cluster.urls);
  for (let cut = 0; cut < 30; cut += 1) {
    await cluster.killPubSub();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await traffic.expectComplete();
});

test('subscribers that silently hear nothing are found, and members get what they missed', async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ targetPort: redis.port });
  await using cluster = await Cluster.start({ REDIS_URL: asService(proxy.url) });
  await using traffic = new CheckedTraffic(cluster.url);
  // A node that sends finds a loss by the answers to its own appends. So all speakers are on one node.
  const speakers = await traffic.group('red', names('red', 2), [cluster.node(0).url]);
  const members = await Promise.all(
    [1, 2].map((node) => traffic.follower(`hears-${node}`, cluster.node(node).url)),
  );
  await Promise.all(members.map((member) => member.enter('red', 'join_group')));
  traffic.keepSending(speakers, 'red');
  traffic.keepChanging(speakers, 'red');
  await traffic.until(20);
  proxy.pauseDownstream(/plenum-subscriber/);
  // Sends are answered as usual: only the canary shows that the links are silent.
  const had = await eventually(async () => {
    const before = members.map((member) => received(member));
    await traffic.until(10);
    // What was on its way may still have arrived.
    expect(members.map((member) => received(member))).toEqual(before);
    return before;
  });
  await eventually(() => {
    for (const [i, member] of members.entries()) expect(received(member)).toBeGreaterThan(had[i] ?? 0);
  }, foundWithin);
  // The sweep of all feeds might have found the entries too, the links only the canary.
  expect(cluster.output).toContain('The subscriber connection was silent and is being replaced');
  await traffic.expectComplete();
});

/** Requests of which there is a message in a log, or its tombstone. */
async function storedIn({ url }: { readonly url: string }): Promise<number> {
  const client = new Redis(url);
  const logs = await client.keys('*:log:*');
  const entries = (await Promise.all(logs.map((log) => client.xrange(log, '-', '+')))).flat();
  const states = await Promise.all((await client.keys('*:present:*')).map((key) => client.hvals(key)));
  client.disconnect();
  const wires = entries.flatMap(([, [, kind, , wire = '']]) => (kind === 'm' ? [wire] : []));
  const tombstones = states.flat().flatMap((state) => /^d [^\n]*\n(.+)$/.exec(state)?.[1] ?? []);
  return new Set([...wires, ...tombstones].map((wire) => JSON.parse(wire).request_id)).size;
}

const received = (member: Follower): number =>
  member.groupIds.reduce((total, groupId) => total + member.entriesOf(groupId).length, 0);
