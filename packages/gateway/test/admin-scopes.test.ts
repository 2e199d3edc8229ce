/** Admin tokens with scopes: what they may do on every route, and which lines they leave in the audit log. */
import { adminScopes, clusterRoutes, nodeRoutes, requestRoutes } from '@plenum/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fullAdminToken } from '../src/index.ts';
import { type Edge, startEdge } from './edge.ts';

const scoped = adminScopes.map((scope) => ({
  ...fullAdminToken(`a token for ${scope}`),
  name: scope,
  scopes: [scope],
}));

let edge: Edge;
beforeEach(async () => {
  edge = await startEdge({
    config: { adminTokens: [...scoped, fullAdminToken('first'), fullAdminToken('second')] },
  });
});
afterEach(() => edge[Symbol.asyncDispose]());

const guarded = [
  ...requestRoutes(),
  ...clusterRoutes.filter(({ scope }) => scope !== null),
  ...nodeRoutes.filter(({ needs }) => needs !== undefined),
];
const pathOf = (path: string) =>
  path
    .replace('::', ':')
    .replace(':group_id', 'g')
    .replace(':user_id', 'ada')
    .replace(/:\w+_id/, 'x');
test.each(guarded.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s takes the admin tokens of its scope and no other',
  async (_, { method, path, scope }) => {
    expect(adminScopes).toContain(scope);
    for (const token of scoped) {
      const answer = await edge.fetch(pathOf(path), { method, token: `a token for ${token.name}` });
      const body: unknown = await answer.json().catch(() => null);
      if (token.name === scope) {
        expect(body).not.toMatchObject({ code: 'forbidden' });
        expect(answer.status).not.toBe(401);
      } else {
        expect(answer.status).toBe(403);
        expect(body).toMatchObject({
          code: 'forbidden',
          error: expect.stringContaining(`the scope ${scope},`),
          details: { scope },
        });
      }
    }
  },
);

test('only a token that may act as users gets the tokens of canary users', async () => {
  const open = (scope: string) =>
    edge.fetch('/v1/canaries', { method: 'POST', token: `a token for ${scope}`, json: { users: 2 } });
  expect((await open('ops')).status).toBe(403);
  expect((await open('groups')).status).toBe(201);
});

test('several tokens count at once', async () => {
  for (const token of ['first', 'second']) {
    expect((await edge.fetch('/v1/nodes', { token })).status).toBe(200);
  }
  expect((await edge.fetch('/v1/nodes', { token: 'third' })).status).toBe(401);
});

test('an act writes one line: token, act, user, acting user, outcome and address', async () => {
  const headers = { 'idempotency-key': 'my-request' };
  const json = { reason: 'spam of the worst kind', actor_id: 'bob' };
  const token = 'a token for groups';
  await edge.fetch('/v1/groups/g/members/ada/kick', { method: 'POST', token, json, headers });
  await edge.fetch('/v1/nodes/n1/drain', { method: 'POST', token: 'a token for ops' });
  expect(edge.audited).toEqual([
    {
      ...{ kind: 'act', who: 'groups', act: 'kick_member', target: 'group:g user:ada' },
      ...{ acting_as: 'bob', outcome: 'ok', address: '127.0.0.1', request_id: 'my-request' },
    },
    expect.objectContaining({ who: 'ops', act: 'drain_node', target: 'node:n1' }),
  ]);
  expect(JSON.stringify([edge.logs, edge.audited])).not.toMatch(/spam|a token for/);
});

test('a message that an admin token sends leaves its group, and not its text', async () => {
  const json = { message: 'a secret of the board', from_user_id: 'ada' };
  await edge.fetch('/v1/groups/g/messages', { method: 'POST', token: 'first', json });
  expect(edge.audited).toEqual([
    expect.objectContaining({
      who: fullAdminToken('first').name,
      act: 'relay_msg',
      target: 'group:g',
      acting_as: 'ada',
    }),
  ]);
  expect(JSON.stringify([edge.logs, edge.audited])).not.toContain('secret of the board');
});

test('a denial writes one line: wrong token, no token, a user, a token without the scope', async () => {
  await edge.fetch('/v1/nodes', { token: 'wrong' });
  await fetch(`${edge.url}/metrics`);
  await edge.fetch('/v1/partitions', { token: 'user:eve' });
  await edge.fetch('/v1/groups/g', { method: 'DELETE', token: 'a token for read' });
  await edge.fetch('/v1/groups/g', { method: 'DELETE', token: 'guessed' });
  expect(edge.audited).toMatchObject([
    { kind: 'denial', who: 'unknown', act: 'list_nodes', outcome: 'unauthenticated' },
    { kind: 'denial', who: 'unknown', act: 'metrics', outcome: 'unauthenticated' },
    { kind: 'denial', who: 'user:eve', act: 'list_partitions', outcome: 'forbidden' },
    { kind: 'denial', who: 'read', act: 'delete_group', target: 'group:g', outcome: 'forbidden' },
    { kind: 'denial', who: 'unknown', act: 'delete_group', target: 'group:g', outcome: 'unauthenticated' },
  ]);
});

test('reads, and what users do for themselves, leave nothing', async () => {
  await edge.fetch('/v1/nodes', { token: 'first' });
  await edge.fetch('/v1/groups/g', { token: 'first' });
  await edge.fetch('/v1/groups/g/members/ada', { method: 'PUT', token: 'user:ada' });
  await edge.fetch('/v1/groups/g', { token: 'expired' });
  await edge.fetch('/v1/groups/g', { token: 'not.a.token' });
  await fetch(`${edge.url}/v1/groups/g`);
  expect(edge.audited).toEqual([]);
});
