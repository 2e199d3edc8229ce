/** REST: the same operations over HTTP, the rules of acting for a user, and one shape for every failure. */
import { connect } from 'node:net';
import { PlenumError } from '@plenum/core';
import { errors, restFailureSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { type Edge, startEdge } from './edge.ts';
import { position, relayed } from './fake-domain.ts';

const ann = 'user:ann';

async function expectFailure(answer: Response, code: keyof typeof errors): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json();
  const failure = restFailureSchema.strict().parse(body);
  expect([failure.code, answer.status]).toEqual([code, errors[code].http]);
  return { ...failure };
}

const lastCall = (edge: Edge) => edge.calls.at(-1);

test('a group is created as the user whom the body names, and the bare result comes back', async () => {
  await using edge = await startEdge();
  const json = { group_id: 'g1', group_type: 'private', creator_id: 'ann' };
  const answer = await edge.fetch('/v1/groups', {
    method: 'POST',
    json,
    headers: { 'idempotency-key': 'k1' },
  });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({ group_id: 'g1', group_type: 'public', ...position });
  expect(lastCall(edge)).toEqual({
    operation: 'create_group',
    caller: { actor: 'ann', requestId: 'k1', isServerMadeId: false, device: null },
    args: { group_id: 'g1', group_type: 'private', by_service: true },
  });
});

const member = '/v1/groups/g1/members/bob';
test.each([
  [
    'GET',
    '/v1/groups/g1?include_members=true',
    undefined,
    'get_group_info',
    '$service',
    { group_id: 'g1', include_members: true },
  ],
  ['DELETE', '/v1/groups/g1', undefined, 'delete_group', '$service', { group_id: 'g1' }],
  ['DELETE', '/v1/groups/g1', { actor_id: 'ann' }, 'delete_group', 'ann', { group_id: 'g1' }],
  [
    'GET',
    '/v1/groups/g1/members?limit=2&status=muted',
    undefined,
    'list_members',
    '$service',
    { group_id: 'g1', limit: 2, status: 'muted' },
  ],
  ['PUT', member, undefined, 'join_group', 'bob', { group_id: 'g1' }],
  [
    'PUT',
    member,
    { status: 'active' },
    'join_group',
    '$service',
    { group_id: 'g1', user_id: 'bob', admit: true },
  ],
  ['DELETE', member, undefined, 'leave_group', 'bob', { group_id: 'g1' }],
  [
    'POST',
    `${member}/accept`,
    { actor_id: 'ann', reason: 'hi' },
    'accept_member',
    'ann',
    { group_id: 'g1', user_id: 'bob', reason: 'hi' },
  ],
  [
    'POST',
    `${member}/reject`,
    { reason: 'no' },
    'reject_member',
    '$service',
    { group_id: 'g1', user_id: 'bob', reason: 'no' },
  ],
  [
    'POST',
    `${member}/mute`,
    { for_ms: 5 },
    'mute_member',
    '$service',
    { group_id: 'g1', user_id: 'bob', for_ms: 5 },
  ],
  ['POST', `${member}/unmute`, undefined, 'unmute_member', '$service', { group_id: 'g1', user_id: 'bob' }],
  ['POST', `${member}/kick`, {}, 'kick_member', '$service', { group_id: 'g1', user_id: 'bob' }],
  [
    'POST',
    '/v1/groups/g1/messages',
    { from_user_id: 'ann', message: 'hi' },
    'relay_msg',
    'ann',
    { group_id: 'g1', message: 'hi' },
  ],
  [
    'GET',
    '/v1/groups/g1/messages?after=3&limit=9',
    undefined,
    'history',
    '$service',
    { group_id: 'g1', after: 3, limit: 9 },
  ],
])('%s %s with %o is %s by %s', async (method, path, json, operation, actor, args) => {
  await using edge = await startEdge();
  const answer = await edge.fetch(path, { method, ...(json === undefined ? {} : { json }) });
  expect(answer.status).toBe(200);
  expect(lastCall(edge)).toMatchObject({ operation, caller: { actor, device: null }, args });
});

test('a message is answered with the bare result', async () => {
  await using edge = await startEdge();
  const json = { from_user_id: 'ann', message: 'hi' };
  const answer = await edge.fetch('/v1/groups/g1/messages', { method: 'POST', json });
  expect(await answer.json()).toEqual(relayed);
});

test.each([
  ['PUT', '/v1/groups/g1/members/ann', undefined],
  ['POST', '/v1/groups/g1/members/bob/kick', { actor_id: 'ann' }],
  ['POST', '/v1/groups/g1/members/bob/kick', undefined],
  ['POST', '/v1/groups/g1/messages', { from_user_id: 'ann', message: 'hi' }],
])('a user may %s %s as itself', async (method, path, json) => {
  await using edge = await startEdge();
  const answer = await edge.fetch(path, { method, token: ann, ...(json === undefined ? {} : { json }) });
  expect(answer.status).toBe(200);
  expect(lastCall(edge)?.caller.actor).toBe('ann');
});

test.each([
  ['PUT', '/v1/groups/g1/members/bob', undefined],
  ['PUT', '/v1/groups/g1/members/ann', { status: 'active' }],
  ['DELETE', '/v1/groups/g1/members/bob', undefined],
  ['POST', '/v1/groups/g1/members/bob/kick', { actor_id: 'bob' }],
  ['POST', '/v1/groups/g1/messages', { from_user_id: 'bob', message: 'hi' }],
  ['POST', '/v1/groups', { group_id: 'g1', group_type: 'public', creator_id: 'bob' }],
])('a user may not %s %s with %o', async (method, path, json) => {
  await using edge = await startEdge();
  const answer = await edge.fetch(path, { method, token: ann, ...(json === undefined ? {} : { json }) });
  await expectFailure(answer, 'forbidden');
  expect(edge.calls).toEqual([]);
});

test('where only the service creates, it may create for a user, but the user may not', async () => {
  await using edge = await startEdge({ config: { createPolicy: 'service' } });
  const json = { group_id: 'g1', group_type: 'public', creator_id: 'ann' };
  expect((await edge.fetch('/v1/groups', { method: 'POST', json })).status).toBe(201);
  await expectFailure(await edge.fetch('/v1/groups', { method: 'POST', json, token: ann }), 'forbidden');
});

test.each([
  ['no bearer', '', 'unauthenticated'],
  ['another scheme', 'Basic YTpi', 'unauthenticated'],
  ['a wrong token', 'Bearer nonsense', 'unauthenticated'],
  ['a token that starts like the admin token', 'Bearer the', 'unauthenticated'],
  ['an expired token', 'Bearer expired', 'token_expired'],
] as const)('%s is refused', async (_, authorization, code) => {
  await using edge = await startEdge();
  const answer = await edge.fetch('/v1/groups/g1', { headers: { authorization } });
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  await expectFailure(answer, code);
});

const create = { method: 'POST', headers: { 'content-type': 'application/json' } };
test.each([
  ['malformed JSON', '/v1/groups', { ...create, body: '{"group_id":' }, 'invalid_request'],
  [
    'bytes that are no UTF-8',
    '/v1/groups',
    { ...create, body: new Uint8Array([0x22, 0xff, 0x22]) },
    'invalid_utf8',
  ],
  [
    'a content type that is not JSON',
    '/v1/groups',
    { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
    'invalid_request',
  ],
  ['a body above 64 KiB', '/v1/groups', { ...create, body: `"${'x'.repeat(70_000)}"` }, 'message_too_large'],
  ['an array as body', '/v1/groups', { ...create, body: '[]' }, 'invalid_args'],
  ['no body where one is needed', '/v1/groups', { ...create, body: '' }, 'invalid_args'],
  ['an unknown field', '/v1/groups/g1', { ...create, method: 'DELETE', body: '{"x":1}' }, 'invalid_args'],
  [
    'a field named __proto__',
    '/v1/groups/g1',
    { ...create, method: 'DELETE', body: '{"__proto__":{}}' },
    'invalid_args',
  ],
  [
    'a group id in the body that the path gives',
    '/v1/groups/g1',
    { ...create, method: 'DELETE', body: '{"group_id":"g2"}' },
    'invalid_args',
  ],
  [
    'a body where none belongs',
    '/v1/groups/g1/members/bob',
    { ...create, method: 'DELETE', body: '{}' },
    'invalid_args',
  ],
  ['an unknown query', '/v1/groups/g1?x=1', {}, 'invalid_args'],
  ['a limit that is no number', '/v1/groups/g1/members?limit=ten', {}, 'invalid_args'],
  ['bounds that exclude each other', '/v1/groups/g1/messages?after=1&before=9', {}, 'invalid_args'],
  ['an unknown route', '/v1/nothing', {}, 'unsupported_request'],
  ['an unknown method', '/v1/groups/g1', { method: 'PUT' }, 'unsupported_request'],
  ['a path that cannot be decoded', '/v1/groups/%zz', {}, 'invalid_request'],
  ['an id with a slash', '/v1/groups/a%2Fb', {}, 'invalid_args'],
  ['an id of 129 characters', `/v1/groups/${'x'.repeat(129)}`, {}, 'invalid_args'],
  ['an id far beyond any limit', `/v1/groups/${'x'.repeat(1000)}`, {}, 'invalid_request'],
  [
    'an idempotency key that is too long',
    '/v1/groups/g1',
    { headers: { 'idempotency-key': 'x'.repeat(129) } },
    'invalid_request',
  ],
  [
    'a token for a user outside dev mode',
    '/v1/dev/token',
    { ...create, body: '{"user_id":"ann"}' },
    'unsupported_request',
  ],
] as const)('%s is refused in the one error shape', async (_, path, init, code) => {
  await using edge = await startEdge();
  await expectFailure(await edge.fetch(path, init), code);
  expect(edge.calls).toEqual([]);
  expect(edge.logs).toEqual([]);
});

test('bytes that are no HTTP are refused in the one error shape', async () => {
  await using edge = await startEdge();
  const { hostname, port } = new URL(edge.url);
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write('this is no HTTP\r\n\r\n'));
    socket.on('data', (data) => (text += data)).on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  restFailureSchema.parse(JSON.parse(answer.slice(answer.indexOf('{'))));
});

test('ids of 128 characters work in paths, percent-encoded ones too', async () => {
  await using edge = await startEdge();
  const groupId = '@'.repeat(128);
  const userId = 'auth0|'.padEnd(128, 'x');
  const path = `/v1/groups/${encodeURIComponent(groupId)}/members/${encodeURIComponent(userId)}/kick`;
  expect((await edge.fetch(path, { method: 'POST' })).status).toBe(200);
  expect(lastCall(edge)?.args).toEqual({ group_id: groupId, user_id: userId });
});

test.each(['__proto__', 'constructor', 'hasOwnProperty', 'a+b', 'room:1', 'a@b.c'])(
  'the id %s is an ordinary name',
  async (id) => {
    await using edge = await startEdge();
    expect((await edge.fetch(`/v1/groups/${id}`)).status).toBe(200);
    expect(lastCall(edge)?.args).toEqual({ group_id: id });
  },
);

test('a failure carries the status of the table, the request id and Retry-After', async () => {
  const relay_msg = async () =>
    ({ ok: false, failure: { code: 'rate_limited', retryAfterMs: 1500 } }) as const;
  await using edge = await startEdge({ operations: { relay_msg } });
  const answer = await edge.fetch('/v1/groups/g1/messages', {
    method: 'POST',
    json: { from_user_id: 'ann', message: 'hi' },
    headers: { 'idempotency-key': 'k1' },
  });
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(await expectFailure(answer, 'rate_limited')).toMatchObject({
    request_id: 'k1',
    retry_after_ms: 1500,
  });
});

test.each([
  ['a store that is away', PlenumError.of('unavailable'), 'unavailable'],
  ['a bug', new TypeError('x is undefined'), 'internal'],
] as const)('%s has the one error shape and says nothing more', async (_, thrown, code) => {
  const history = () => Promise.reject(thrown);
  await using edge = await startEdge({ operations: { history } });
  const failure = await expectFailure(await edge.fetch('/v1/groups/g1/messages'), code);
  expect(failure['error']).toBe(errors[code].text);
});

test('a bug of the authenticator is answered with internal', async () => {
  await using edge = await startEdge();
  await expectFailure(await edge.fetch('/v1/groups/g1', { token: 'broken' }), 'internal');
  expect(edge.logs).toMatchObject([{ level: 'error', fields: { route: 'GET /v1/groups/:group_id' } }]);
});
