/** Three nodes on Redis with TLS, a private CA and the users of `deploy/redis.acl`: a failover under load loses nothing silently. */
import { CertificateAuthority, ClusterSet, SentinelSet } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';

let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await CertificateAuthority.create();
});
afterAll(() => authority[Symbol.asyncDispose]());

const secured = async () => ({
  isStrict: true,
  tls: { ...(await authority.issue()), areClientsCertified: true },
});

/** A group with a member on each node, all of them speaking and changing messages. */
async function speakIn(cluster: Cluster, traffic: CheckedTraffic): Promise<void> {
  const members = await traffic.group('talk', ['ada', 'bob', 'cyd'], cluster.urls);
  traffic.keepSending(members, 'talk');
  traffic.keepChanging(members, 'talk');
  await traffic.untilEach(20);
}

async function judge(traffic: CheckedTraffic): Promise<void> {
  await traffic.untilEach(20);
  await traffic.untilHeard();
  await traffic.expectNoSilentLoss();
}

test('behind Sentinels with TLS, passwords and client certificates a killed master is replaced', async () => {
  await using set = await SentinelSet.start(await secured());
  await using cluster = await Cluster.start({ REDIS_URL: set.url });
  await using traffic = new CheckedTraffic(cluster.url);
  await speakIn(cluster, traffic);
  const dead = await set.killMaster();
  await set.untilReplaced(dead);
  await judge(traffic);
  expect(cluster.output).not.toContain('of-the-shipped-user');
});

test('on a Cluster with TLS, passwords and client certificates a killed master is replaced', async () => {
  await using set = await ClusterSet.start(await secured());
  await using cluster = await Cluster.start({ REDIS_URL: set.url });
  await using traffic = new CheckedTraffic(cluster.url);
  await speakIn(cluster, traffic);
  const slot = Number(await set.ask((await set.masters())[0] ?? fail(), 'CLUSTER', 'KEYSLOT', 'any'));
  const dead = await set.masterOf(slot);
  await dead.kill();
  await set.untilReplaced(slot, dead);
  await judge(traffic);
  expect(cluster.output).not.toContain('of-the-shipped-user');
});

const fail = (): never => {
  throw new Error('there is no master');
};
