import { defaultGroupSettings, type LogEntry, type Nudge } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  eventually,
  feedListener,
  obtainRedisForTests,
  type RedisForTests,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type EngineUnderTest, startEngine } from './start-engine.ts';

const groupId = groupIdSchema.parse('g1');
const userId = userIdSchema.parse('u1');
const nudge: Nudge = {
  userId,
  groupId,
  seq: 3,
  membership: { group_id: groupId, status: 'active', roles: ['member'], type: 'accepted' },
};

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

const create = ({ engine }: EngineUnderTest) =>
  engine.groups.change({
    operation: 'create',
    groupId,
    groupType: 'public',
    actor: userId,
    request: { id: 'r1', payloadHash: 'h', rememberMs: 60_000 },
    settings: defaultGroupSettings,
  });

test.each(['node', 'client'] as const)('an engine as %s comes up without a warning of Node', async (role) => {
  const warned: string[] = [];
  const keep = ({ message }: Error) => warned.push(message);
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  await using _ = await startEngine({ url: redis.url, role });
  expect(warned).toEqual([]);
});

/** Opens the group's feed and keeps what it brings. */
async function follow({ engine }: EngineUnderTest) {
  const entries: LogEntry[] = [];
  const onAuditNeeded = vi.fn();
  engine.feeds.listen(
    feedListener({
      onEntry: (_, entry) => entries.push(entry),
      onAuditNeeded,
    }),
  );
  await engine.feeds.open(groupId);
  return { entries, onAuditNeeded };
}

test('an entry reaches the open feeds of every node, and closed ones no more', async () => {
  await using first = await startEngine(redis);
  await using second = await startEngine({ ...redis, prefix: first.prefix });
  const [here, there] = [await follow(first), await follow(second)];
  await create(first);
  await eventually(() => expect([here.entries.length, there.entries.length]).toEqual([1, 1]));
  expect(there.entries[0]).toMatchObject({
    type: 'event',
    seq: 1,
    event: { type: 'created', user_id: 'u1' },
  });
});

test('opening a feed twice delivers each entry once', async () => {
  await using started = await startEngine(redis);
  const { entries } = await follow(started);
  await started.engine.feeds.open(groupId);
  await create(started);
  await eventually(() => expect(entries.length).toBe(1));
});

test('a nudge reaches every node that watches the user, its sender too, and no other node', async () => {
  await using first = await startEngine(redis);
  await using second = await startEngine({ ...redis, prefix: first.prefix });
  await using stranger = await startEngine(redis);
  const heard: string[] = [];
  for (const [name, { engine }] of Object.entries({ first, second, stranger })) {
    engine.nudges.listen((got) => heard.push(`${name} ${got.userId} ${got.groupId} ${got.seq}`));
    await engine.nudges.watch(userId);
  }
  first.engine.nudges.send(nudge);
  await eventually(() => expect(heard.toSorted()).toEqual(['first u1 g1 3', 'second u1 g1 3']));
});

test('a user who is watched no more is not heard of', async () => {
  await using started = await startEngine(redis);
  const heard = vi.fn();
  started.engine.nudges.listen(heard);
  await started.engine.nudges.watch(userId);
  started.engine.nudges.unwatch(userId);
  const other = userIdSchema.parse('u2');
  await started.engine.nudges.watch(other);
  started.engine.nudges.send(nudge);
  started.engine.nudges.send({ ...nudge, userId: other });
  await eventually(() => expect(heard).toHaveBeenCalledOnce());
  expect(heard).toHaveBeenCalledWith({ ...nudge, userId: other });
});

test('two prefixes on one Redis never hear each other', async () => {
  await using ours = await startEngine(redis);
  await using theirs = await startEngine(redis);
  const [here, there] = [await follow(ours), await follow(theirs)];
  await create(ours);
  await eventually(() => expect(here.entries.length).toBe(1));
  expect(there.entries).toEqual([]);
  expect(await theirs.engine.groups.group(groupId)).toBeNull();
});

test('all nodes agree on the first offer', async () => {
  await using first = await startEngine(redis);
  await using second = await startEngine({ ...redis, prefix: first.prefix });
  const offers = [first.engine.agreeOn('secret', 'a'), second.engine.agreeOn('secret', 'b')];
  const [one, other] = await Promise.all(offers);
  expect(one).toBe(other);
  expect(await second.engine.agreeOn('secret', 'c')).toBe(one);
  expect(await second.engine.agreeOn('another', 'c')).toBe('c');
});

test('a client changes and reads over one connection and hosts no feeds', async () => {
  await using server = await startRedis();
  await using client = await startEngine({ url: server.url, role: 'client' });
  const { engine } = client;
  await create(client);
  expect((await engine.log.after(groupId, 0, 10))?.entries.length).toBe(1);
  expect(await engine.health()).toEqual({ isReady: true, shardsAway: 0, durability: 'D0' });
  expect(engine.roomChannels).toBeNull();
  await expect(engine.feeds.open(groupId)).rejects.toMatchObject({ failure: { code: 'unavailable' } });
  const admin = new Redis(server.url);
  const connections = String(await admin.client('LIST'))
    .split('\n')
    .filter((line) => line.includes('name=plenum'));
  expect(connections.length).toBe(1);
  admin.disconnect();
});

test('close can be called twice and leaves no connection, also while Redis is away', async () => {
  await using server = await startRedis();
  await using proxy = await startFaultProxy({ targetPort: server.port });
  const started = await startEngine({ url: proxy.url });
  await follow(started);
  await Promise.all([started.engine.close(), started.engine.close()]);
  await eventually(() => expect(proxy.linkCount).toBe(0));

  const lonely = await startEngine({ url: proxy.url });
  // It is acknowledged or given up at some moment of what follows.
  const waiting = lonely.engine.nudges.watch(userId).catch(() => undefined);
  proxy.refuse(true);
  proxy.cutAll();
  await eventually(async () => expect((await lonely.engine.health()).isReady).toBe(false));
  const refused = expect(lonely.engine.feeds.open(groupId)).rejects.toMatchObject({
    failure: { code: 'unavailable' },
  });
  await lonely.engine.close();
  await refused;
  await waiting;
  proxy.refuse(false);
  await eventually(() => expect(proxy.linkCount).toBe(0));
});

test('when every link went half-open the engine comes back by itself and asks for an audit', async () => {
  await using server = await startRedis();
  await using proxy = await startFaultProxy({ targetPort: server.port });
  await using started = await startEngine({ url: proxy.url });
  const { entries, onAuditNeeded } = await follow(started);
  proxy.pauseDownstream();
  await eventually(() => expect(onAuditNeeded).toHaveBeenCalled(), { timeoutMs: 25_000 });
  await eventually(() => create(started), { timeoutMs: 25_000 });
  await eventually(() => expect(entries.length).toBe(1));
});
