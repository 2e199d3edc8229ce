/** Three nodes on Redis with TLS, a private CA and the users of `deploy/redis.acl`: a failover under load loses nothing silently. */
import { CertificateAuthority, ClusterSet, SentinelSet } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
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
  const at = /The Sentinel at 127\.0\.0\.1:\d+/.source;
  const refused = `${at} refused the user or the password that REDIS_URL holds`;
  expect(await checked(set.url.replace('sentinel_password=', 'sentinel_password=wr0ng'))).toMatch(
    new RegExp(refused),
  );
  const untrusted = `The certificate of ${at.replace('The', 'the')} is not from a CA that is trusted here`;
  expect(await checked(set.url.replace(/tls_ca=[^&]*&/, ''))).toMatch(new RegExp(untrusted));
  expect(await checked(set.url)).toMatch('reachable, version and maxmemory-policy as needed');
});

/** The output of `plenum check` without its secrets. */
async function checked(REDIS_URL: string): Promise<string> {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['check'], { REDIS_URL });
  await command.ended;
  expect(command.output).not.toMatch(/of-the-shipped-user|wr0ng/);
  return command.output;
}

test('on a Cluster with TLS, passwords and client certificates a killed master is replaced', async () => {
  await using set = await ClusterSet.start(await secured());
  await using cluster = await Cluster.start({ REDIS_URL: set.url });
  await using traffic = new CheckedTraffic(cluster.url);
  await speakIn(cluster, traffic);
  const slot = 0;
  const dead = await set.masterOf(slot);
  await dead.kill();
  await set.untilReplaced(slot, dead);
  await judge(traffic);
  expect(cluster.output).not.toContain('of-the-shipped-user');
});

test('servers of a Cluster that announce host names are checked by these names', async () => {
  const named = ['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'];
  const tls = await authority.issue({ names: ['DNS:localhost'] });
  await using set = await ClusterSet.start({ masters: 1, isStrict: true, tls, args: named });
  const byName = set.url.replaceAll('@127.0.0.1:', '@localhost:');
  expect(await checked(byName)).toMatch('reachable, version and maxmemory-policy as needed');
  expect(await checked(set.url)).toMatch(/is for other names .*tls_servername/);
  const checkedByName = set.url.replaceAll('?', '?tls_servername=localhost&');
  expect(await checked(checkedByName)).toMatch('reachable, version and maxmemory-policy as needed');
});
