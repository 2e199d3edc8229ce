import { once } from 'node:events';
import { createServer } from 'node:http';
import { defaultGroupSettings, type LogEntry } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { eventually, feedListener, type RedisServer, startRedis } from '@plenum/testkit';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

let redis: RedisServer;
let admin: Redis;
beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

interface SocketServer extends AsyncDisposable {
  readonly io: Server;
  /** Connects a client that is in `room`, and keeps what it hears. */
  client(room: string): Promise<{ readonly socket: Socket; readonly heard: unknown[] }>;
}

/** A Socket.IO server with the stock sharded adapter over an engine's channels. */
async function serve({ engine }: EngineUnderTest): Promise<SocketServer> {
  const channels = engine.roomChannels;
  if (channels === null) throw new Error('a node has room channels');
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  io.adapter(createShardedAdapter(channels, channels, { channelPrefix: channels.channelPrefix }));
  io.on('connection', (socket) => void socket.join(String(socket.handshake.auth['room'])));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const clients: Socket[] = [];
  return {
    io,
    client: async (room) => {
      const socket = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], auth: { room } });
      clients.push(socket);
      const heard: unknown[] = [];
      socket.onAny((...args) => heard.push(args));
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      return { socket, heard };
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.disconnect();
      await io.close();
    },
  };
}

/** Servers that hear the room's channel. */
const listeners = async (prefix: string, room: string) =>
  Number((await admin.spublish(`${prefix}#/#${room}#`, 'not for you')) ?? 0);

test('two Socket.IO servers with the stock adapter exchange a room emit', async () => {
  await using first = await startEngine(redis);
  await using second = await startEngine({ url: redis.url, prefix: first.prefix });
  await using here = await serve(first);
  await using there = await serve(second);
  const near = await here.client('news');
  const far = await there.client('news');
  const elsewhere = await there.client('sport');
  await eventually(async () => expect(await listeners(first.prefix, 'news')).toBe(2));
  here.io.to('news').emit('headline', { n: 1 });
  await eventually(() =>
    expect([near.heard, far.heard]).toEqual([[['headline', { n: 1 }]], [['headline', { n: 1 }]]]),
  );
  expect(elsewhere.heard).toEqual([]);
});

test('cluster-wide calls of the stock adapter work through the facade', async () => {
  await using first = await startEngine(redis);
  await using second = await startEngine({ url: redis.url, prefix: first.prefix });
  await using here = await serve(first);
  await using there = await serve(second);
  await here.client('news');
  const far = await there.client('news');
  const main = `${first.prefix}#/#`;
  await eventually(async () => expect(await admin.pubsub('SHARDNUMSUB', main)).toEqual([main, 2]));
  expect((await here.io.in('news').fetchSockets()).length).toBe(2);
  const gone = new Promise((resolve) => far.socket.once('disconnect', resolve));
  here.io.in('news').disconnectSockets(true);
  await gone;
});

test('an empty room is no longer subscribed', async () => {
  await using started = await startEngine(redis);
  await using server = await serve(started);
  const client = await server.client('news');
  await eventually(async () => expect(await listeners(started.prefix, 'news')).toBe(1));
  client.socket.disconnect();
  await eventually(async () => expect(await listeners(started.prefix, 'news')).toBe(0));
});

test('a room that comes and goes within one turn is not listened to, and one that comes back is', async () => {
  await using started = await startEngine(redis);
  const channels = started.engine.roomChannels;
  const heard: string[] = [];
  const listener = (payload: Buffer) => void heard.push(payload.toString('utf8'));
  const gone = `${started.prefix}#/#gone#`;
  const back = `${started.prefix}#/#back#`;
  await Promise.all([
    ...[channels?.sSubscribe(gone, listener), channels?.sUnsubscribe(gone)],
    ...[channels?.sSubscribe(back, listener), channels?.sUnsubscribe(back)],
    channels?.sSubscribe(back, listener),
  ]);
  const message = '{"uid":"u","nsp":"/","type":7,"data":{"requestId":"q","opts":{"rooms":[],"except":[]}}}';
  await eventually(async () => expect(await admin.spublish(gone, message)).toBe(0));
  await admin.spublish(back, message);
  await eventually(() => expect(heard).toEqual([message]));
});

test('a publish while Redis is away is counted and rejects nothing', async () => {
  await using server = await startRedis();
  await using started = await startEngine(server);
  await server.kill();
  expect(await started.engine.roomChannels?.sPublish('any', 'x')).toBe(0);
  expect(started.engine.anomalies.count('publish_failed')).toBe(1);
});

const groupId = groupIdSchema.parse('g1');
const userId = userIdSchema.parse('u1');
const brackets = `${'['.repeat(5000)}${']'.repeat(5000)}`;
const withData = (type: number, data: string) => `{"uid":"stranger","nsp":"/","type":${type},"data":${data}}`;

/** What a hostile or broken publisher may send. */
const garbage: readonly (string | Buffer)[] = [
  '',
  'null',
  '{',
  brackets,
  `{"uid":${brackets}}`,
  Buffer.from([0, 0xff, 0xfe]),
  Buffer.from([0x84, 0xa3, 0x75, 0x69, 0x64, 0xa1, 0x78, 0xa4, 0x74, 0x79, 0x70, 0x65, 0x03]),
  '{"uid":"plenum1 nudge"',
  '{"uid":"plenum1 nudge","data":{"packet":{"data":["plenum:nudge",{"group_id":7}]}}}',
  '{"uid":"plenum1 m 0123456789abcdef 0000000000000009 0000000001 1700000000000 u1 r"}',
  withData(9, '{"packet":["connection",{}]}'),
  withData(3, `{"packet":{"type":2,"data":["e",${brackets}]},"opts":{"rooms":[],"except":[]}}`),
  ...Array.from({ length: 15 }, (_, type) => `{"uid":"stranger","nsp":"/","type":${type}}`),
  ...Array.from({ length: 15 }, (_, type) => withData(type, '{}')),
  ...Array.from({ length: 15 }, (_, type) =>
    withData(type, '{"opts":{},"packet":{},"rooms":7,"requestId":{}}'),
  ),
];

async function channelsOf(prefix: string): Promise<readonly string[]> {
  const channels: unknown = await admin.pubsub('SHARDCHANNELS', `${prefix}#*`);
  return Array.isArray(channels) ? channels.map(String) : [];
}

test('malformed publishes on every channel end nothing and disturb nothing', async () => {
  await using started = await startEngine(redis);
  await using server = await serve(started);
  const { engine, prefix } = started;
  const client = await server.client('news');
  const entries: LogEntry[] = [];
  const nudged: number[] = [];
  engine.feeds.listen(feedListener({ onEntry: (_, entry) => entries.push(entry) }));
  engine.nudges.listen(({ seq }) => nudged.push(seq));
  await engine.feeds.open(groupId);
  await engine.nudges.watch(userId);
  await eventually(async () => expect((await channelsOf(prefix)).length).toBe(6));

  const channels = await channelsOf(prefix);
  for (const channel of channels) for (const payload of garbage) await admin.spublish(channel, payload);

  engine.nudges.send({
    userId,
    groupId,
    seq: 5,
    membership: { group_id: groupId, status: 'active', roles: ['member'], type: 'joined' },
  });
  await engine.groups.change({
    operation: 'create',
    groupId,
    groupType: 'public',
    actor: userId,
    request: { id: 'r1', payloadHash: 'h', rememberMs: 60_000 },
    settings: defaultGroupSettings,
  });
  server.io.to('news').emit('headline');
  await eventually(() => expect([entries.length, nudged, client.heard]).toEqual([1, [5], [['headline']]]));
  expect(engine.anomalies.count('malformed_entry')).toBe(garbage.length);
  expect(engine.anomalies.count('malformed_nudge')).toBe(2);
  expect(engine.anomalies.count('malformed_adapter_message')).toBeGreaterThan(2 * garbage.length);
  expect(engine.anomalies.count('handler_failed')).toBe(0);
  expect(client.socket.connected).toBe(true);
});
