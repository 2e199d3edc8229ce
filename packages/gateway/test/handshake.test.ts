/** Handshakes: which clients may connect, how others are refused, and what the hub gets. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ask, next, startEdge } from './edge.ts';
import { fakeRoomChannels } from './fake-domain.ts';
import { upgradeAnswer } from './raw-socket.ts';

const auth = { token: 'user:ann' };
const foreign = { extraHeaders: { origin: 'https://evil.example' } };

test.each([
  ['no auth at all', {}, 'unauthenticated'],
  ['an empty token', { token: '' }, 'unauthenticated'],
  ['a token that is no text', { token: { x: 1 } }, 'unauthenticated'],
  ['a bad token', { token: 'nonsense' }, 'unauthenticated'],
  ['an expired token', { token: 'expired' }, 'token_expired'],
  ['positions of the wrong shape', { ...auth, positions: 7 }, 'invalid_args'],
  ['too many positions', { ...auth, positions: Array(257).fill({ group_id: 'g1' }) }, 'invalid_args'],
])('%s is refused with a code', async (_, given, code) => {
  await using edge = await startEdge();
  const refusal = await edge.refusal({ auth: given });
  expect(refusal).toMatchObject({ data: { code, error: refusal.message, can_retry: false } });
  expect(edge.hub.devices.size).toBe(0);
});

test('a bug of the authenticator lets no one in and ends nothing', async () => {
  await using edge = await startEdge();
  expect(await edge.refusal({ auth: { token: 'broken' } })).toMatchObject({ data: { code: 'internal' } });
  await edge.connected('ann');
});

test('a WebSocket of a foreign origin is refused by code and gets no session', async () => {
  await using edge = await startEdge();
  expect(await edge.refusal({ auth, ...foreign })).toMatchObject({ data: { code: 'origin_denied' } });
  expect(edge.hub.devices.size).toBe(0);
});

test.each(['https://app.example', undefined, 'same'])('the origin %s may connect', async (given) => {
  await using edge = await startEdge();
  const origin = given === 'same' ? edge.url : given;
  await edge.connected('ann', origin === undefined ? {} : { extraHeaders: { origin } });
});

test.each(['null', 'https://app.example.evil', 'http://app.example', 'http://localhost:5173', 'nonsense'])(
  'the origin %s may not connect',
  async (origin) => {
    await using edge = await startEdge();
    expect(await edge.refusal({ auth, extraHeaders: { origin } })).toMatchObject({
      data: { code: 'origin_denied' },
    });
  },
);

test('in dev mode any origin of this machine may connect', async () => {
  await using edge = await startEdge({ config: { isDev: true } });
  await edge.connected('ann', { extraHeaders: { origin: 'http://localhost:5173' } });
});

const polling = { transports: ['polling'] };

test('a client that tries polling reads what to do in connect_error; each address is logged once', async () => {
  await using edge = await startEdge();
  for (const options of [polling, {}, polling]) {
    const refusal = await edge.refusal({ transports: ['polling', 'websocket'], auth, ...options });
    expect(refusal).toMatchObject({
      message: expect.stringContaining("transports: ['websocket']"),
      data: { code: 'invalid_request', can_retry: false, details: { field: 'transport' } },
    });
  }
  expect(edge.logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('the answer to a refused poll can be read by a page of any origin', async () => {
  await using edge = await startEdge();
  const headers = { origin: 'https://evil.example' };
  const answer = await fetch(`${edge.url}/socket.io/?EIO=4&transport=polling`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://evil.example');
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
});

test('polling works where it is configured, and a foreign origin reads that it may not connect', async () => {
  await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
  const client = await edge.connected('ann', polling);
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
  expect(await edge.refusal({ ...polling, auth, ...foreign })).toMatchObject({
    data: { code: 'origin_denied' },
  });
});

test.each(['polling', 'websocket'])('over %s a client reads every refusal', async (transport) => {
  const config = { transports: ['websocket', 'polling'], maxConnectionsPerIp: 1 } as const;
  await using edge = await startEdge({ config });
  const by = { transports: [transport] };
  expect(await edge.refusal({ ...by, auth: {} })).toMatchObject({
    message: expect.stringContaining('auth: { token }'),
    data: { code: 'unauthenticated' },
  });
  await eventually(() => edge.connected('ann', by));
  expect(await edge.refusal({ ...by, auth })).toMatchObject({ data: { code: 'too_many_connections' } });
  await edge.gateway.drain(0);
  await eventually(async () =>
    expect(await edge.refusal({ ...by, auth })).toMatchObject({
      data: { code: 'draining', can_retry: true },
    }),
  );
});

test.each(['polling', 'websocket'])(
  'a client of Engine.IO 3 over %s is refused at the handshake with a text, and logged once',
  async (transport) => {
    await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const path = `/socket.io/?EIO=3&transport=${transport}`;
      const answer =
        transport === 'polling'
          ? await (await fetch(edge.url + path)).text()
          : await upgradeAnswer(edge.url, path);
      expect(answer).toContain('socket.io-client 3 or newer');
      expect(answer).not.toContain('101 Switching');
    }
    const warnings = edge.logs.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain('socket.io-client 3 or newer');
  },
);

test.each([
  ['another version of Engine.IO', 'EIO=5&transport=websocket', 'EIO'],
  ['no version', 'transport=websocket', 'EIO'],
  ['an unknown transport', 'EIO=4&transport=webtransport', 'transport'],
  ['no transport', 'EIO=4', 'transport'],
  ['polling inside a WebSocket', 'EIO=4&transport=polling', 'transport'],
])('a WebSocket handshake with %s is refused by the field', async (_, query, field) => {
  await using edge = await startEdge();
  const answer = await upgradeAnswer(edge.url, `/socket.io/?${query}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain(`"details":{"field":"${field}"}`);
});

test('a session over WebSocket takes no second WebSocket', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const answer = await upgradeAnswer(
    edge.url,
    `/socket.io/?EIO=4&transport=websocket&sid=${client.io.engine.id}`,
  );
  expect(answer).toContain('"details":{"field":"sid"}');
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
});

test('the hub learns the device, its positions and whether it wants to be attached', async () => {
  await using edge = await startEdge();
  const positions = [{ group_id: 'g1', epoch: 'e', seq: 4 }, { group_id: 'g2' }];
  await edge.connected('ann', { auth: { ...auth, positions, subscribe: 'none' } });
  expect([...edge.hub.devices]).toMatchObject([
    [
      { userId: 'ann', isAuto: false },
      [
        { groupId: 'g1', epoch: 'e', seq: 4 },
        { groupId: 'g2', epoch: null, seq: null },
      ],
    ],
  ]);
});

test('a device that disconnects is taken off the hub', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  expect(edge.hub.devices.size).toBe(1);
  client.disconnect();
  await eventually(() => expect(edge.hub.devices.size).toBe(0));
});

test.each(['websocket', 'polling'])(
  'a connection over %s that leaves the namespace is closed; the client comes back on another',
  async (transport) => {
    await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
    const client = await edge.connected('ann', { transports: [transport] });
    const { id } = client.io.engine;
    const closed = next(client.io, 'close');
    client.io.engine.write('1');
    await closed;
    await eventually(() => expect(edge.hub.devices.size).toBe(0));
    client.connect();
    await eventually(() => expect(client.connected).toBe(true));
    expect(client.io.engine.id).not.toBe(id);
  },
);

test('a client that disconnects and connects again by its own library is served', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  client.disconnect().connect();
  await next(client, 'connect');
  expect(await ask(client, { request_type: 'list_groups' })).toMatchObject({ success: true });
  expect(edge.hub.devices.size).toBe(1);
});

test.each(['0null', '0[]', '0"x"', '0/admin,{"token":"user:ann"}'])(
  'the connect packet %o ends nothing but its connection',
  async (packet) => {
    await using edge = await startEdge();
    const offender = await edge.connected('eve');
    offender.io.engine.write('1');
    offender.io.engine.write(packet);
    const other = await edge.connected('ann');
    expect(await ask(other, { request_type: 'list_groups' })).toMatchObject({ success: true });
  },
);

test('a connection that never authenticates is closed', async () => {
  await using edge = await startEdge({ config: { connectTimeoutMs: 50 } });
  const idle = edge.client();
  const closed = next(idle.io, 'close');
  idle.io.open();
  expect(await closed).toBe('transport close');
});

test('the room of a user is a channel of the sharded adapter', async () => {
  const roomChannels = fakeRoomChannels('plenum');
  await using edge = await startEdge({ roomChannels });
  const client = await edge.connected('ann');
  const channel = [...roomChannels.channels].find((name) => name.endsWith(':$user:ann#'));
  expect(channel).toMatch(/^plenum#\/#\{p\d+\}:\$user:ann#$/);
  const received = new Promise((resolve) => client.once('news', resolve));
  const room = channel?.slice('plenum#/#'.length, -1);
  const packet = { type: 2, data: ['news', 1], nsp: '/' };
  const envelope = {
    uid: 'x',
    nsp: '/',
    type: 3,
    data: { packet, opts: { rooms: [room], except: [], flags: {} } },
  };
  await roomChannels.sPublish(channel ?? '', JSON.stringify(envelope));
  expect(await received).toBe(1);
});
