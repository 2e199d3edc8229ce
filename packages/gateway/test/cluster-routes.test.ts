/** The routes of the cluster over REST, for operators only. */
import { PlenumError } from '@plenum/core';
import { clusterRoutes } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { startEdge } from './edge.ts';
import { fakeCluster } from './fake-domain.ts';

const bodies: Readonly<Record<string, object>> = {
  trace_message: { from_user_id: 'ann' },
  open_canary: { users: 2 },
};
const example = (path: string) =>
  path.replace(':group_id', 'g1').replace(':node_id', 'n1').replace(':user_id', 'ann');

test.each(clusterRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s answers the admin token in its documented shape; users and no token are refused',
  async (_, route) => {
    await using edge = await startEdge();
    const call = (token?: string) =>
      edge.fetch(example(route.path), {
        method: route.method,
        ...(route.body === null ? {} : { json: bodies[route.name] }),
        ...(token === undefined ? {} : { token }),
      });
    const answer = await call();
    expect(answer.status).toBe(route.successStatus);
    const text = await answer.text();
    const body: unknown = route.contentType === undefined ? JSON.parse(text) : text;
    expect(answer.headers.get('content-type')).toBe(route.contentType ?? 'application/json; charset=utf-8');
    expect(route.result.parse(body)).toEqual(body);
    expect(await (await call('user:ann')).json()).toMatchObject({ code: 'forbidden' });
    expect((await call('nonsense')).status).toBe(401);
  },
);

test.each([
  ['/v1/groups/a%20b/owner', 'GET', 'group_id'],
  ['/v1/nodes/a%20b/drain', 'POST', 'node_id'],
  ['/v1/users/a%20b/export', 'GET', 'user_id'],
  ['/v1/users/ann/export?groups=some', 'GET', 'groups'],
  ['/v1/users/ann/export?x=1', 'GET', 'x'],
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

test('an export whose store is away fails; one that breaks later has no last line', async () => {
  async function* away(): AsyncGenerator<string> {
    yield await Promise.reject(PlenumError.of('unavailable'));
  }
  async function* breaking(): AsyncGenerator<string> {
    yield '{"type":"user"}\n';
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw PlenumError.of('unavailable');
  }
  await using early = await startEdge({ cluster: { ...fakeCluster(), exportUser: away } });
  const refused = await early.fetch('/v1/users/ann/export');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'unavailable', can_retry: true });
  await using late = await startEdge({ cluster: { ...fakeCluster(), exportUser: breaking } });
  const begun = await late.fetch('/v1/users/ann/export');
  expect(begun.status).toBe(200);
  await expect(begun.text()).rejects.toThrow();
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
