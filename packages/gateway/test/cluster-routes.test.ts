/** The routes of the cluster over REST, for operators only. */
import { PlenumError } from '@plenum/core';
import { clusterRoutes } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';
import { fakeCluster } from './fake-domain.ts';

const example = (path: string) => path.replace(':group_id', 'g1').replace(':node_id', 'n1');

test.each(clusterRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s answers the admin token in its documented shape; users and no token are refused',
  async (_, route) => {
    await using edge = await startEdge();
    const call = (token?: string) =>
      edge.fetch(example(route.path), { method: route.method, ...(token === undefined ? {} : { token }) });
    const answer = await call();
    expect(answer.status).toBe(route.successStatus);
    const body: unknown = await answer.json();
    expect(route.result.parse(body)).toEqual(body);
    expect(await (await call('user:ann')).json()).toMatchObject({ code: 'forbidden' });
    expect((await call('nonsense')).status).toBe(401);
  },
);

test.each([
  ['/v1/groups/a%20b/owner', 'GET', 'group_id'],
  ['/v1/nodes/a%20b/drain', 'POST', 'node_id'],
  ['/v1/nodes/unknown/drain', 'POST', 'node_id'],
])('%s is refused with the field that is wrong', async (path, method, field) => {
  await using edge = await startEdge();
  const answer = await edge.fetch(path, { method });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_args', details: { field } });
});

test('the cluster can be looked at while the node drains', async () => {
  await using edge = await startEdge();
  await edge.gateway.drain(0);
  expect((await edge.fetch('/v1/groups/g1/owner')).status).toBe(200);
  expect((await edge.fetch('/v1/groups/g1')).status).toBe(503);
});

test('a store that is away is a failure that can be retried, a bug is internal and nothing else', async () => {
  const away = async () => Promise.reject(PlenumError.of('unavailable'));
  const broken = async () => Promise.reject(new Error('a detail of ours'));
  await using edge = await startEdge({ cluster: { ...fakeCluster(), nodes: away, partitions: broken } });
  expect(await (await edge.fetch('/v1/nodes')).json()).toMatchObject({
    code: 'unavailable',
    can_retry: true,
  });
  const failed = await edge.fetch('/v1/partitions');
  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toContain('detail');
  expect(edge.logs.map(({ message }) => message)).toContain('bug: a request failed');
});
