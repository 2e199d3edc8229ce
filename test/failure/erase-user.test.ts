/** The node that erases a user is killed in the middle: another one continues, and each group is left once. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { httpRequest } from '../support/wire/http.ts';

const groupCount = 350;
const idOf = (i: number) => `of-zoe-${i}`;

test('an erasure of 350 groups survives the death of its node', async () => {
  await using cluster = await Cluster.start();
  const ask = (method: string, path: string, body?: object) =>
    httpRequest(method, `${cluster.url}${path}`, { ...(body === undefined ? {} : { body }) });
  const ids = Array.from({ length: groupCount }, (_, i) => idOf(i));
  for (let at = 0; at < groupCount; at += 25) {
    const some = ids.slice(at, at + 25).map(async (group_id) => {
      const group = { group_id, group_type: 'public', creator_id: 'owner' };
      expect((await ask('POST', '/v1/groups', group)).status).toBe(201);
      expect((await ask('PUT', `/v1/groups/${group_id}/members/zoe`, {})).status).toBe(200);
    });
    await Promise.all(some);
  }
  // A user is in the partition of the group that has its id.
  const owner = await cluster.ownerOf('zoe');
  await ask('DELETE', '/v1/users/zoe');
  const progress = async () => (await ask('GET', '/v1/users/zoe/erasure')).body;
  await eventually(async () => expect(Number((await progress())['groups_left'])).toBeGreaterThan(0), {
    timeoutMs: 30_000,
  });
  process.kill(owner.pid, 'SIGKILL');
  const before = await eventually(progress, { timeoutMs: 30_000 });
  expect(before).toMatchObject({ status: 'running' });
  await eventually(async () => expect(await progress()).toMatchObject({ status: 'done' }), {
    timeoutMs: 90_000,
  });
  const { body } = await ask('GET', '/v1/users/zoe/groups');
  expect(body['groups']).toEqual([]);
  for (const id of [ids[0], ids[100], ids[200], ids.at(-1)]) {
    const page = await ask('GET', `/v1/groups/${id}/messages?after=0`);
    expect(page.body['entries']).toMatchObject([{ type: 'created' }, { type: 'joined' }, { type: 'left' }]);
  }
});
