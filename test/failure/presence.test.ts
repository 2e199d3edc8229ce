/** No ghosts: what a node that was killed or stopped held of presence is right again soon. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { httpRequest } from '../support/wire/http.ts';

const usersPerNode = [70, 70, 60];
const soon = { timeoutMs: 15_000 };

const countIn = async (url: string, group: string) =>
  (await httpRequest('GET', `${url}/v1/groups/${group}/presence`)).body['count'];

test('200 users are online; after one of three nodes was killed the count is right within 15 s', async () => {
  await using cluster = await Cluster.start();
  const owner = await cluster.device('owner', cluster.node(0).url);
  await owner.must('create_group', { group_id: 'crowd', group_type: 'public' });
  const devices = await Promise.all(
    usersPerNode.flatMap((count, node) =>
      Array.from({ length: count }, (_, i) =>
        cluster.device(`user-${node}-${i}`, cluster.node(node).url, { reconnection: false }),
      ),
    ),
  );
  await Promise.all(devices.map((device) => device.must('join_group', { group_id: 'crowd' })));
  await eventually(async () => expect(await countIn(cluster.node(0).url, 'crowd')).toBe(201), soon);
  const survivor = cluster.node(0).url;
  process.kill(cluster.node(2).pid, 'SIGKILL');
  await eventually(async () => expect(await countIn(survivor, 'crowd')).toBe(141), soon);
  await owner.until('presence_changed', { group_id: 'crowd', user_id: 'user-2-0', online: false });
});

test('a node that was stopped and woken announces its users again', async () => {
  await using cluster = await Cluster.start();
  const owner = await cluster.device('owner', cluster.node(0).url);
  await owner.must('create_group', { group_id: 'nap', group_type: 'public' });
  const sleeper = cluster.node(1);
  const guest = await cluster.device('guest', sleeper.url);
  await guest.must('join_group', { group_id: 'nap' });
  await eventually(async () => expect(await countIn(cluster.node(0).url, 'nap')).toBe(2), soon);
  process.kill(sleeper.pid, 'SIGSTOP');
  await eventually(async () => expect(await countIn(cluster.node(0).url, 'nap')).toBe(1), {
    timeoutMs: 25_000,
  });
  process.kill(sleeper.pid, 'SIGCONT');
  await eventually(async () => expect(await countIn(cluster.node(0).url, 'nap')).toBe(2), soon);
});
