/** What half a minute ends, in absences and sweeps: the tests wait side by side, each on a cluster of its own. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { httpRequest } from '../support/wire/http.ts';

/** The sweep finds a loss that no event shows. */
const bySweep = { timeoutMs: 45_000 };

test.concurrent('connected members of a group that vanished get `resync` from the next sweep', async () => {
  await using cluster = await Cluster.start();
  await using traffic = new CheckedTraffic(cluster.url);
  const members = await traffic.group('gone', ['gone-0', 'gone-1', 'gone-2'], cluster.urls);
  await eventually(() => {
    for (const member of members) expect(member.entriesOf('gone').length).toBeGreaterThan(0);
  });
  await cluster.admin.flushall();
  await eventually(() => {
    for (const member of members) expect(member.reasonsOf('gone')).toEqual(['not_a_member']);
  }, bySweep);
  for (const member of members) {
    expect(member.positionIn('gone')).toBeNull();
    expect(member.device.socket.connected).toBe(true);
  }
});

test.concurrent('members of an ephemeral group whose node was killed leave it, each with one entry', async () => {
  await using cluster = await Cluster.start();
  const host = await cluster.device('host', cluster.node(0).url);
  await host.must('create_group', { group_id: 'party', group_type: 'public', ephemeral: true });
  const names = Array.from({ length: 10 }, (_, i) => `guest-${i}`);
  const victim = cluster.node(2);
  const guests = await Promise.all(
    names.map((name) => cluster.device(name, victim.url, { reconnection: false })),
  );
  await Promise.all(guests.map((guest) => guest.must('join_group', { group_id: 'party' })));
  await eventually(async () => {
    const { body } = await httpRequest('GET', `${cluster.node(0).url}/v1/groups/party/presence`);
    expect(body['count']).toBe(11);
  });
  process.kill(victim.pid, 'SIGKILL');
  const leavers = () =>
    host
      .pushes('group_event')
      .filter(({ type }) => type === 'left')
      .map(({ user_id }) => user_id);
  await eventually(() => expect(leavers()).toHaveLength(names.length), { timeoutMs: 60_000 });
  expect(leavers().toSorted()).toEqual(names.toSorted());
});
