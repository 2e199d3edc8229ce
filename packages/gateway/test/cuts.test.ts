/**
 * Cuts and limits: operators cut sockets and revoke tokens; a user and an address have a limited number of sockets.
 */
import { userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ask, next, startEdge } from './edge.ts';
import { connectedSocket, frame, pollingSession, rawSocket, upgradeAnswer } from './raw-socket.ts';

const ann = userIdSchema.parse('ann');
/** A whole second of the last minute, ms. */
const lately = Math.floor(Date.now() / 1000) * 1000 - 60_000;
const nowAuthenticator = (issuedAtMs: () => number) => ({
  authenticate: async () =>
    ({ type: 'user', userId: ann, issuedAtMs: issuedAtMs(), expiresAtMs: null }) as const,
});

test('a cut closes every socket of the user with a reason, and they may reconnect', async () => {
  await using edge = await startEdge();
  const [first, second, other] = await Promise.all([
    edge.connected('ann'),
    edge.connected('ann'),
    edge.connected('bob'),
  ]);
  const closings = Promise.all([next(first, 'closing'), next(second, 'closing')]);
  const reason = next(first, 'disconnect');
  edge.revocations.cut({ userId: ann, code: 'disconnected' });
  expect(await closings).toEqual([{ code: 'disconnected' }, { code: 'disconnected' }]);
  expect(await reason).toBe('transport close');
  expect(other.connected).toBe(true);
  await edge.connected('ann');
});

test('a revocation cuts the sockets of older tokens, not those of newer ones', async () => {
  let issuedAtMs = lately + 1000;
  await using edge = await startEdge({ authenticator: nowAuthenticator(() => issuedAtMs) });
  const older = await edge.connected('ann');
  issuedAtMs = lately + 9000;
  const newer = await edge.connected('ann');
  edge.revocations.revoked.set(ann, lately + 5000);
  const closing = next(older, 'closing');
  edge.revocations.cut({ userId: ann, code: 'revoked' });
  expect(await closing).toEqual({ code: 'revoked' });
  expect(await ask(newer, { request_type: 'list_groups' })).toMatchObject({ success: true });
});

test('a revoked token opens no connection, no REST request and does not refresh', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('bob');
  edge.revocations.revoked.set(userIdSchema.parse('bob'), Date.now());
  const refused = await edge.refusal({ auth: { token: 'user:bob' } });
  expect(refused).toMatchObject({ data: { code: 'unauthenticated' } });
  const answer = await edge.fetch('/v1/groups/g1', { token: 'user:bob' });
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
  const refresh = await ask(client, { request_type: 'refresh_token', args: { token: 'user:bob' } });
  expect(refresh).toMatchObject({ code: 'unauthenticated' });
});

test('a token of the second in which it was revoked is revoked, one of the next second is not', async () => {
  let issuedAtMs = lately + 5000;
  await using edge = await startEdge({ authenticator: nowAuthenticator(() => issuedAtMs) });
  edge.revocations.revoked.set(ann, lately + 5400);
  expect(await edge.refusal({ auth: { token: 'any' } })).toMatchObject({ data: { code: 'unauthenticated' } });
  issuedAtMs = lately + 6000;
  await edge.connected('ann');
});

test('a user has no more sockets than allowed, and the place of one that is gone is free', async () => {
  await using edge = await startEdge({ config: { maxConnectionsPerUser: 2 } });
  const first = await edge.connected('ann');
  await edge.connected('ann');
  expect(await edge.refusal({ auth: { token: 'user:ann' } })).toMatchObject({
    data: { code: 'too_many_connections', can_retry: true },
  });
  await edge.connected('bob');
  first.close();
  await eventually(() => expect(edge.hub.devices.size).toBe(2));
  await edge.connected('ann');
});

test('a burst of connections gets as many places as there are', async () => {
  await using edge = await startEdge({ config: { maxConnectionsPerUser: 3 } });
  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => edge.connected('ann')));
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test("an address has a limited number of sockets; behind a trusted proxy it is the client's", async () => {
  await using edge = await startEdge({
    config: { maxConnectionsPerIp: 1, trustedProxies: ['127.0.0.0/8'] },
  });
  const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });
  await edge.connected('ann', from('10.1.1.1'));
  expect(await edge.refusal({ auth: { token: 'user:bob' }, ...from('10.1.1.1') })).toMatchObject({
    data: { code: 'too_many_connections' },
  });
  await edge.connected('bob', from('10.1.1.2'));
});

test('without a trusted proxy no client can name another address', async () => {
  await using edge = await startEdge({ config: { maxConnectionsPerIp: 1 } });
  await edge.connected('ann', { extraHeaders: { 'x-forwarded-for': '10.1.1.1' } });
  const again = { auth: { token: 'user:bob' }, extraHeaders: { 'x-forwarded-for': '10.1.1.2' } };
  expect(await edge.refusal(again)).toMatchObject({ data: { code: 'too_many_connections' } });
});

test('connections without a token count per address, until their transport is gone', async () => {
  const config = { maxUnauthenticatedPerIp: 2, trustedProxies: ['127.0.0.0/8'] };
  await using edge = await startEdge({ config });
  const [first] = [await rawSocket(edge.url), await rawSocket(edge.url)];
  expect(await edge.refusal({ auth: { token: 'user:ann' } })).toMatchObject({
    data: { code: 'too_many_connections', can_retry: true },
  });
  // Another address is not concerned.
  await edge.connected('bob', { extraHeaders: { 'x-forwarded-for': '10.1.1.2' } });
  first.destroy();
  await eventually(() => edge.connected('ann'));
  // An admitted user gives the place to the next one.
  await edge.connected('ann');
});

test('no packet takes a connection out of the limits of its user', async () => {
  await using edge = await startEdge({ config: { maxConnectionsPerUser: 2 } });
  const left = await connectedSocket(edge.url, 'user:ann');
  const second = await connectedSocket(edge.url, 'user:ann');
  // Left its namespace, and never answers the close: its TCP connection is still there.
  left.write(frame('41'));
  await eventually(() => expect(edge.hub.devices.size).toBe(1));
  expect(await edge.refusal({ auth: { token: 'user:ann' } })).toMatchObject({
    data: { code: 'too_many_connections' },
  });
  left.destroy();
  await eventually(() => edge.connected('ann'));
  second.destroy();
});

test('a WebSocket that is to take over a session that polls counts while it is not its transport', async () => {
  const config = { transports: ['websocket', 'polling'], maxUnauthenticatedPerIp: 1 } as const;
  await using edge = await startEdge({ config });
  const sid = await pollingSession(edge.url, 'user:ann');
  const probe = await rawSocket(edge.url, sid);
  const again = await upgradeAnswer(edge.url, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
  expect(again).toContain('"code":"too_many_connections"');
  probe.destroy();
});
