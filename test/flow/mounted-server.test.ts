/** The library on an HTTP server of an application, which keeps its routes, its upgrades and its Socket.IO clients. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { createClient } from '@plenum/client';
import { eventually } from '@plenum/testkit';
import { createPlenum, type GatewayPlace, type Plenum, type PlenumOptions } from 'plenum';
import { Server as SocketServer } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { Device } from '../support/devices/device.ts';

interface Mounted {
  readonly url: string;
  readonly server: Server;
  readonly plenum: Plenum;
  /** Paths that the application answered. */
  readonly answered: string[];
  readonly lines: ReturnType<typeof recordingLogger>['lines'];
}

/** An application that answers every request with its path. */
async function mount(
  placeOn: (server: Server) => GatewayPlace = (server) => ({ server }),
  { server = createServer(), ...options }: PlenumOptions & { readonly server?: Server } = {},
): Promise<Mounted> {
  const answered: string[] = [];
  const { logger, lines } = recordingLogger();
  const plenum = await createPlenum({ engine: 'memory', gateway: placeOn(server), logger, ...options });
  // After the mount, as an application may do it.
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/socket.io/')) return;
    answered.push(request.url ?? '');
    response.end(`application ${request.method} ${request.url}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await plenum.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, server, plenum, answered, lines };
}

const textOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

test('routes of Plenum are below the prefix, and every other path is the application', async () => {
  const { url, answered } = await mount();
  expect(await (await fetch(`${url}/plenum/healthz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${url}/plenum/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/plenum/v1/groups/g`)).status).toBe(401);
  const unknown = await fetch(`${url}/plenum/none`);
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'unsupported_request' }]);
  expect((await fetch(`${url}/plenum`)).status).toBe(404);
  const paths = [
    '/',
    '/healthz',
    '/v1/groups/g',
    '/plenums/healthz',
    '/a/plenum/healthz',
    '/docs?x=/plenum/',
  ];
  for (const path of paths) expect(await textOf(`${url}${path}`)).toBe(`application GET ${path}`);
  expect(answered).toEqual(paths);
});

test('REST takes bodies and ids below a prefix of two segments, and the document names it', async () => {
  const { url, plenum } = await mount((server) => ({ server, prefix: '/api/chat' }));
  const token = await plenum.signToken('ann');
  const id = encodeURIComponent('größe'.repeat(8));
  const created = await fetch(`${url}/api/chat/v1/groups`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ group_id: 'g', group_type: 'public', creator_id: 'ann' }),
  });
  expect(created.status).toBe(201);
  const headers = { authorization: `Bearer ${token}` };
  expect(await (await fetch(`${url}/api/chat/v1/groups/g`, { headers })).json()).toMatchObject({
    group_id: 'g',
  });
  expect((await fetch(`${url}/api/chat/v1/groups/${id}`, { headers })).status).toBe(400);
  const document: unknown = await (await fetch(`${url}/api/chat/openapi.json`)).json();
  expect(document).toMatchObject({ servers: [{ url: '/api/chat' }] });
});

test.each(['coalesced', 'plain'] as const)(
  'users talk at a path and in a namespace of choice, fan-out %s',
  async (fanOut) => {
    const namespace = '/groups';
    const { url, plenum } = await mount((server) => ({ server, path: '/live', namespace }), { fanOut });
    await using ann = await new Device(`${url}${namespace}`, await plenum.signToken('ann'), {
      path: '/live',
    }).connected();
    const bob = createClient({ url, path: '/live', namespace, token: () => plenum.signToken('bob') });
    onTestFinished(() => bob.close());
    const heard: string[] = [];
    bob.on('message', ({ message }) => heard.push(String(message)));
    expect(await bob.connect()).toBe(true);
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    expect(await bob.join('g')).toMatchObject({ ok: true });
    for (let number = 0; number < 20; number += 1) await ann.send('g', `message ${number}`);
    expect(await bob.send('g', 'the last')).toMatchObject({ ok: true });
    await bob.typing('g');
    await ann.until('typing', { user_id: 'bob' });
    await eventually(() => expect(heard).toHaveLength(21));
    await eventually(() => expect(ann.messages('g')).toHaveLength(21));
    await ann.until('group_event', { type: 'joined', user_id: 'bob' });
  },
);

test('a client of another namespace is refused with the name of ours', async () => {
  const { url, plenum } = await mount((server) => ({ server, namespace: '/groups' }));
  const token = await plenum.signToken('ann');
  const socket = io(url, { path: '/plenum/socket.io', transports: ['websocket'], auth: { token } });
  onTestFinished(() => void socket.disconnect());
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
  expect(error).toMatchObject({
    message: 'This server speaks on the namespace /groups',
    data: { code: 'invalid_request' },
  });
});

test("the application's Socket.IO server on the same port keeps its clients and namespaces", async () => {
  const server = createServer();
  const own = new SocketServer(server, { destroyUpgradeTimeout: 50 });
  onTestFinished(() => void own.close());
  own
    .of('/news')
    .on('connection', (socket) => socket.on('ask', (ack: (text: string) => void) => ack('news')));
  own.on('connection', (socket) => socket.on('ask', (ack: (text: string) => void) => ack('root')));
  const { url, plenum } = await mount((on) => ({ server: on }), { server });
  const [root, news] = [io(url, { forceNew: true }), io(`${url}/news`, { transports: ['websocket'] })];
  onTestFinished(() => {
    root.disconnect();
    news.disconnect();
  });
  expect(await root.timeout(10_000).emitWithAck('ask')).toBe('root');
  expect(await news.timeout(10_000).emitWithAck('ask')).toBe('news');
  await using ann = await new Device(url, await plenum.signToken('ann'), {
    path: '/plenum/socket.io',
  }).connected();
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  await plenum.close();
  expect(await news.timeout(10_000).emitWithAck('ask')).toBe('news');
});

test("on the application's Socket.IO server only the given namespace is Plenum's", async () => {
  const server = createServer();
  const own = new SocketServer(server);
  onTestFinished(() => void own.close());
  own.on('connection', (socket) => socket.on('ask', (ack: (text: string) => void) => ack('root')));
  const { url, plenum } = await mount((on) => ({ server: on, io: own, namespace: '/groups' }), { server });
  // Both sockets share one connection.
  const root = io(url, { transports: ['websocket'] });
  const socket = root.io.socket('/groups', { auth: { token: await plenum.signToken('ann') } });
  onTestFinished(() => {
    root.disconnect();
    socket.disconnect();
  });
  socket.connect();
  expect(await root.timeout(10_000).emitWithAck('ask')).toBe('root');
  const args = { group_id: 'g', group_type: 'public' };
  const pushed = new Promise((resolve) => socket.once('relay_message', resolve));
  expect(
    await socket.timeout(10_000).emitWithAck('request', { request_type: 'create_group', args }),
  ).toMatchObject({ success: true });
  await plenum.send('g', 'ann', 'hello');
  expect(await pushed).toMatchObject({ result: { message: 'hello' } });
  expect(await (await fetch(`${url}/plenum/healthz`)).json()).toEqual({ status: 'ok' });
});

/** Bytes that come back until the connection ends. */
async function answerTo(url: string, head: readonly string[]): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(`${head.join('\r\n')}\r\nHost: localhost\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('an upgrade that is not spoken is served as a request, as before the mount', async () => {
  const { url } = await mount();
  const upgrade = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQ'];
  expect(await answerTo(url, ['GET /page HTTP/1.1', ...upgrade])).toMatch(
    /200 OK[\s\S]*application GET \/page/,
  );
  expect(await answerTo(url, ['GET /plenum/healthz HTTP/1.1', ...upgrade])).toMatch(
    /200 OK[\s\S]*"status":"ok"/,
  );
});

test('Expect: 100-continue is answered on both sides', async () => {
  const { url, server } = await mount();
  let isContinued = false;
  server.on('checkContinue', (_request: IncomingMessage, response: ServerResponse) => {
    isContinued = true;
    response.writeContinue();
    response.end('continued');
  });
  const lines = ['Expect: 100-continue', 'Connection: close'];
  const own = await answerTo(url, ['GET /plenum/healthz HTTP/1.1', ...lines]);
  expect(own).toMatch(/100 Continue[\s\S]*200 OK[\s\S]*"status":"ok"/);
  expect(isContinued).toBe(false);
  expect(await answerTo(url, ['GET /page HTTP/1.1', ...lines])).toMatch(/100 Continue[\s\S]*continued/);
});

test('close ends the sockets and leaves the server with all paths to the application', async () => {
  const { url, server, plenum, lines } = await mount();
  await using ann = await new Device(url, await plenum.signToken('ann'), {
    path: '/plenum/socket.io',
    reconnection: false,
  }).connected();
  const emit = Object.hasOwn(server, 'emit');
  await plenum.close();
  await eventually(() => expect(ann.socket.connected).toBe(false));
  expect([emit, Object.hasOwn(server, 'emit'), server.listening]).toEqual([true, false, true]);
  expect(server.listenerCount('upgrade')).toBe(0);
  expect(await textOf(`${url}/plenum/healthz`)).toBe('application GET /plenum/healthz');
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a second mount at paths of the first is refused', async () => {
  const { url, server, plenum } = await mount((on) => ({ server: on, prefix: '/chat', path: '/live' }));
  const refused = async (place: object) =>
    createPlenum({ engine: 'memory', gateway: { server, ...place } }).then(
      () => null,
      (error: unknown) => error,
    );
  expect(await refused({ prefix: '/chat' })).toMatchObject({
    message:
      'gateway.prefix is /chat, but this server has another Plenum at /chat: give each a path of its own',
    failure: { code: 'invalid_args', details: { field: 'gateway.prefix' } },
  });
  expect(await refused({ prefix: '/chat/b' })).toMatchObject({
    message: expect.stringContaining('prefix is /chat/b'),
  });
  expect(await refused({ path: '/live' })).toMatchObject({
    failure: { details: { field: 'gateway.path' } },
  });
  expect(await textOf(`${url}/chat/readyz`)).toContain('"ready":true');
  await plenum.close();
  const next = await createPlenum({ engine: 'memory', gateway: { server, prefix: '/chat' } });
  expect(await textOf(`${url}/chat/readyz`)).toContain('"ready":true');
  await next.close();
  expect(Object.hasOwn(server, 'emit')).toBe(false);
});

test('beside two mounts an upgrade that is not spoken is served as a request', async () => {
  const { url, server } = await mount((on) => ({ server: on, prefix: '/one' }));
  const second = await createPlenum({ engine: 'memory', gateway: { server, prefix: '/two' } });
  onTestFinished(() => second.close());
  const upgrade = ['Connection: Upgrade', 'Upgrade: h2c'];
  expect(await answerTo(url, ['GET /page HTTP/1.1', ...upgrade])).toMatch(/application GET \/page/);
  expect(await answerTo(url, ['GET /two/healthz HTTP/1.1', ...upgrade])).toMatch(/"status":"ok"/);
});

test('two mounts on one server are independent, in whatever order they close', async () => {
  const server = createServer();
  const first = await mount((on) => ({ server: on, prefix: '/one' }), { server });
  const second = await createPlenum({ engine: 'memory', gateway: { server, prefix: '/two' } });
  const statuses = async () =>
    Promise.all(['/one/readyz', '/two/readyz', '/page'].map(async (path) => textOf(`${first.url}${path}`)));
  const ready = expect.stringContaining('"ready":true');
  expect(await statuses()).toEqual([ready, ready, 'application GET /page']);
  await first.plenum.close();
  expect(await statuses()).toEqual(['application GET /one/readyz', ready, 'application GET /page']);
  await second.close();
  expect(await textOf(`${first.url}/two/readyz`)).toBe('application GET /two/readyz');
});
