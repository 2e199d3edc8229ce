/** The example `express-sessions`: one session cookie for the routes of Express and for the sockets of Plenum. */
import { type RedisServer, startRedis } from '@plenum/testkit';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function signIn(url: string, user: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  expect([answer.status, cookie]).toEqual([204, expect.stringMatching(/^connect\.sid=/)]);
  return cookie;
}

/** As a browser does, which sends the cookie by itself. */
function socketOf(url: string, cookie?: string): Socket {
  const options = {
    path: '/plenum/socket.io',
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
  };
  const socket = io(url, { ...options, ...(cookie === undefined ? {} : { extraHeaders: { cookie } }) });
  onTestFinished(() => void socket.disconnect());
  return socket;
}
const connected = (socket: Socket) => new Promise<void>((resolve) => socket.once('connect', resolve));
const refused = (socket: Socket) => new Promise<unknown>((resolve) => socket.once('connect_error', resolve));

test('a signed-in user talks by its cookie, and a sign-out ends its socket', async () => {
  await using example = startExample('express-sessions', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  expect(await refused(socketOf(url))).toMatchObject({ data: { code: 'unauthenticated' } });
  const [ann, bob] = [await signIn(url, 'ann'), await signIn(url, 'bob')];
  const [first, second] = [socketOf(url, ann), socketOf(url, bob)];
  await Promise.all([connected(first), connected(second)]);
  const ask = (socket: Socket, request_type: string, args: object): Promise<unknown> =>
    socket.timeout(10_000).emitWithAck('request', { request_type, args });
  const success = { success: true };
  expect(await ask(first, 'create_group', { group_id: 'team', group_type: 'public' })).toMatchObject(success);
  expect(await ask(second, 'join_group', { group_id: 'team' })).toMatchObject(success);
  const heard = new Promise((resolve) => first.on('relay_message', resolve));
  expect(await ask(second, 'relay_msg', { group_id: 'team', message: 'hello' })).toMatchObject(success);
  expect(await heard).toMatchObject({ result: { from_user_id: 'bob', message: 'hello' } });
  const ended = refused(first);
  await fetch(`${url}/logout`, { method: 'POST', headers: { cookie: ann } });
  expect(await ended).toMatchObject({ data: { code: 'unauthenticated' } });
  expect(second.connected).toBe(true);
});

test('the routes and the health of the application are its own, and a signal ends both', async () => {
  await using example = startExample('express-sessions', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  const cookie = await signIn(url, 'ann');
  expect(await (await fetch(`${url}/me`, { headers: { cookie } })).json()).toEqual({ user: 'ann' });
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('the application is well');
  expect(await (await fetch(`${url}/plenum/healthz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${url}/plenum/v1/users/ann/groups`, { headers: { cookie } })).status).toBe(401);
  example.signal('SIGTERM');
  expect(await example.ended).toBe(0);
});
