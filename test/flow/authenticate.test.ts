/** Sockets of users whom the application knows by a cookie: `authenticate` of the library. */
import { createClient } from '@plenum/client';
import { eventually } from '@plenum/testkit';
import { type Authenticate, createPlenum, fail, type Plenum } from 'plenum';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { httpRequest, jwtSecret } from '../support/wire/http.ts';

const sessions = new Map([
  ['s-ann', 'ann'],
  ['s-bob', 'bob'],
]);
const byCookie: Authenticate = async ({ headers }) => sessions.get(headers.cookie?.replace('sid=', '') ?? '');

async function open(authenticate: Authenticate): Promise<Plenum & { readonly url: string }> {
  const plenum = await createPlenum({ engine: 'memory', gateway: {}, jwtSecret, authenticate });
  onTestFinished(() => plenum.close());
  return { ...plenum, url: plenum.url ?? '' };
}

function connect(url: string, headers: Record<string, string>, auth: object = {}): Socket {
  const query = { refusals: 'connect_error' };
  const options = { transports: ['websocket'], forceNew: true, reconnectionDelay: 50, auth, query };
  const socket = io(url, { ...options, extraHeaders: headers });
  onTestFinished(() => void socket.disconnect());
  return socket;
}
const connected = (socket: Socket) => new Promise<void>((resolve) => socket.once('connect', resolve));
const refusal = (socket: Socket) =>
  new Promise<{ readonly data: unknown }>((resolve, reject) => {
    socket.once('connect_error', (error) => resolve(Object(error)));
    socket.once('connect', () => reject(new Error('it is connected')));
  });

test('a user is admitted by a cookie, and receives and sends as that user', async () => {
  const { url, groups, send } = await open(byCookie);
  await groups.create({ groupId: 'g', groupType: 'public', creatorId: 'bob' });
  const ann = connect(url, { cookie: 'sid=s-ann' }, { subscribe: 'auto' });
  await connected(ann);
  const heard = new Promise((resolve) => ann.on('relay_message', resolve));
  const request = { request_type: 'join_group', args: { group_id: 'g' } };
  expect(await ann.timeout(10_000).emitWithAck('request', request)).toMatchObject({ success: true });
  await send('g', 'bob', 'hello');
  expect(await heard).toMatchObject({ result: { message: 'hello' } });
  expect(await groups.members({ groupId: 'g' })).toMatchObject({
    result: { members: expect.arrayContaining([expect.objectContaining({ user_id: 'ann' })]) },
  });
});

test.each<[string, Authenticate, object]>([
  ['no session', byCookie, { code: 'unauthenticated', can_retry: false }],
  ['a failure', () => fail({ code: 'forbidden', error: 'not you' }), { code: 'forbidden', error: 'not you' }],
  ['a throw', () => Promise.reject(new Error('the store is away')), { code: 'unavailable', can_retry: true }],
])('%s is a refusal that the client reads, and ends nothing', async (_, authenticate, data) => {
  const { url } = await open(authenticate);
  expect(await refusal(connect(url, { cookie: 'sid=none' }))).toMatchObject({ data });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('a plain client is back by itself when its sign-in can be checked again', async () => {
  const asked: string[] = [];
  const { url } = await open(({ headers }) => {
    asked.push(headers.cookie ?? '');
    if (asked.length < 3) throw new Error('the store is away');
    return 'ann';
  });
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 40,
  });
  onTestFinished(() => void socket.disconnect());
  await connected(socket);
  expect(asked).toHaveLength(3);
});

test('a handshake with a token is judged by the token alone', async () => {
  let asked = 0;
  const plenum = await open(() => {
    asked += 1;
    return 'eve';
  });
  const socket = connect(plenum.url, { cookie: 'sid=s-bob' }, { token: await plenum.signToken('ann') });
  await connected(socket);
  await plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' });
  const request = { request_type: 'get_group_info', args: { group_id: 'g' } };
  const answer = await socket.timeout(10_000).emitWithAck('request', request);
  expect(answer).toMatchObject({ result: { me: { status: 'active' } } });
  const forged = connect(plenum.url, { cookie: 'sid=s-bob' }, { token: 'none' });
  expect(await refusal(forged)).toMatchObject({ data: { code: 'unauthenticated' } });
  expect(await refusal(connect(plenum.url, {}, { token: null }))).toMatchObject({
    data: { code: 'unauthenticated' },
  });
  expect(asked).toBe(0);
});

test('a page of another origin is refused before the application is asked', async () => {
  let asked = 0;
  const { url } = await open(() => {
    asked += 1;
    return 'ann';
  });
  const foreign = connect(url, { cookie: 'sid=s-ann', origin: 'https://evil.example' });
  expect(await refusal(foreign)).toMatchObject({ data: { code: 'origin_denied' } });
  expect(asked).toBe(0);
  await connected(connect(url, { cookie: 'sid=s-ann', origin: url }));
});

test('REST takes no cookie', async () => {
  const { url } = await open(() => 'ann');
  const answer = await fetch(`${url}/v1/users/ann/groups`, { headers: { cookie: 'sid=s-ann' } });
  expect(answer.status).toBe(401);
});

test('at the end of the session the socket ends, and the application is asked again', async () => {
  let asked = 0;
  const { url } = await open(() => {
    asked += 1;
    return asked > 2 ? null : { userId: 'ann', expiresAtMs: Date.now() + 1200 };
  });
  const client = createClient({ url, reconnectMs: { minMs: 20, maxMs: 50 } });
  onTestFinished(() => client.close());
  const codes: string[] = [];
  client.on('closing', ({ code }) => codes.push(code));
  expect(await client.connect()).toBe(true);
  await eventually(() => expect(client.status).toEqual({ state: 'closed', reason: 'unauthenticated' }));
  expect(codes).toEqual(['token_expired', 'token_expired']);
});

test('a token of the same user keeps the socket beyond the end of its session', async () => {
  const expiresAtMs = Date.now() + 1500;
  const plenum = await open(() => ({ userId: 'ann', expiresAtMs }));
  const socket = connect(plenum.url, {});
  let isClosing = false;
  socket.on('closing', () => {
    isClosing = true;
  });
  await new Promise((resolve) => socket.once('token_expiring', resolve));
  const args = { token: await plenum.signToken('ann') };
  const request = { request_type: 'refresh_token', args };
  expect(await socket.timeout(10_000).emitWithAck('request', request)).toMatchObject({ success: true });
  await eventually(() => expect(Date.now()).toBeGreaterThan(expiresAtMs + 200));
  expect([isClosing, socket.connected]).toEqual([false, true]);
});

test('revoke cuts the sockets of a user, and the application decides whether they come back', async () => {
  let isSignedIn = true;
  const { url, users } = await open(() => (isSignedIn ? 'ann' : null));
  const client = createClient({ url, reconnectMs: { minMs: 20, maxMs: 50 } });
  onTestFinished(() => client.close());
  expect(await client.connect()).toBe(true);
  const codes: string[] = [];
  client.on('closing', ({ code }) => codes.push(code));
  await users.revoke({ userId: 'ann' });
  await eventually(() => expect(codes).toContain('revoked'));
  // A sign-in of the second of the revocation counts as before it.
  await eventually(() => expect(client.status).toEqual({ state: 'connected' }));
  isSignedIn = false;
  await users.disconnect({ userId: 'ann' });
  await eventually(() => expect(client.status).toEqual({ state: 'closed', reason: 'unauthenticated' }));
  expect(await httpRequest('GET', `${url}/healthz`)).toMatchObject({ status: 200 });
});
