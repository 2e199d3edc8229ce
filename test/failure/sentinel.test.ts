/** Three nodes on Redis behind Sentinels, failed over on purpose and by a kill while messages are sent, changed and taken down. */
import { SentinelSet } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';

let set: SentinelSet;
let cluster: Cluster;
beforeAll(async () => {
  set = await SentinelSet.start({ replicas: 2 });
  cluster = await Cluster.start({ REDIS_URL: set.url });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await set.stop();
});

/** Two groups with a member on each node, all of them speaking and changing messages. */
async function speakIn(traffic: CheckedTraffic, name: string): Promise<void> {
  for (const groupId of [`${name}-1`, `${name}-2`]) {
    const users = ['ada', 'bob', 'cyd'].map((user) => `${user}.${groupId}`);
    const members = await traffic.group(groupId, users, cluster.urls);
    traffic.keepSending(members, groupId);
    traffic.keepChanging(members, groupId);
  }
  await traffic.untilEach(20);
}

/** All is normal, and what was lost was announced. */
async function judge(traffic: CheckedTraffic): Promise<void> {
  const before = traffic.changes;
  await traffic.untilEach(20);
  await traffic.untilHeard();
  await traffic.expectNoSilentLoss();
  expect(traffic.changes).toBeGreaterThan(before);
}

test('a planned failover under load loses nothing silently, and all is normal within 15 s', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  await speakIn(traffic, 'planned');
  const old = await set.master();
  await set.failover();
  // Members keep sending to a master that does not know it yet: they get `resync` for what they lose.
  await set.untilReplica(old);
  await judge(traffic);
});

test('a killed master under load loses nothing silently, and all is normal within 15 s', async () => {
  await using traffic = new CheckedTraffic(cluster.url);
  await speakIn(traffic, 'killed');
  const dead = await set.killMaster();
  await set.untilReplaced(dead);
  await judge(traffic);
  // The old master comes back as a replica, without effect.
  await dead.restart();
  expect(await set.master()).not.toBe(dead);
});
