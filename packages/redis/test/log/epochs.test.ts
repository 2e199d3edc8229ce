/** What a server that lost entries, or that only might have, does to positions: real failovers, restarts and flushes. */
import type { PastEpoch } from '@plenum/core';
import {
  createCommand,
  eventually,
  type FaultProxy,
  freshPrefix,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { afterEach, expect, test } from 'vitest';
import { groupId, Stage } from '../scripts/stage.ts';
import { systemRandom } from '../start-engine.ts';

/** Redis gathers replicas for seconds before it serves them. */
const replicateAtOnce = ['--repl-diskless-sync-delay', '0'];
const settings = { ratePerSec: 1e6, rateBurst: 1e6 };
const started: { stop(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

async function redis(options: { appendonly?: boolean } = {}): Promise<RedisServer> {
  const server = await startRedis({ ...options, args: replicateAtOnce });
  started.push(server);
  return server;
}

/** A node's view of a server; the same prefix on another server is the same service. */
function nodeOn(server: RedisServer, prefix: string): Stage {
  const stage = new Stage(server.url, { settings, random: systemRandom, prefix });
  stage.redis.on('error', () => undefined);
  started.push({ stop: () => stage.close() });
  return stage;
}

/** A second server that replicates the first through a proxy, in step with it. */
async function replicaOf(master: RedisServer): Promise<{ replica: RedisServer; link: FaultProxy }> {
  const link = await startFaultProxy({ targetPort: master.port });
  started.push(link);
  const replica = await redis();
  const stage = nodeOn(replica, 'any');
  await stage.redis.replicaof('127.0.0.1', link.port);
  await eventually(async () => expect(await stage.redis.info('replication')).toContain('link_status:up'));
  return { replica, link };
}

const offsetIn = (info: string, field: string) => Number(new RegExp(`${field}:(\\d+)`).exec(info)?.[1]);

/** Resolves when the replica has everything that the master has now. */
async function inStep(master: Stage, replica: Stage): Promise<void> {
  const goal = offsetIn(await master.redis.info('replication'), 'master_repl_offset');
  await eventually(async () => {
    const offset = offsetIn(await replica.redis.info('replication'), 'slave_repl_offset');
    expect(offset).toBeGreaterThanOrEqual(goal);
  });
}

interface Acked {
  readonly epoch: string;
  readonly seq: number;
}

async function sendMany(stage: Stage, count: number): Promise<readonly Acked[]> {
  const acked: Acked[] = [];
  for (let sent = 0; sent < count; sent += 1) acked.push(await stage.send('owner', `message ${sent}`));
  return acked;
}

const positionsOf = (acked: readonly Acked[]) => acked.map(({ epoch, seq }) => `${epoch}-${seq}`);

function expectUnique(...acked: readonly (readonly Acked[])[]): void {
  const positions = acked.flatMap(positionsOf);
  expect(new Set(positions).size).toBe(positions.length);
}

const headOf = async (stage: Stage) => (await stage.groups.group(groupId))?.head;
/** The rule by which a position is good. */
const continues = (past: readonly PastEpoch[] | undefined, { epoch, seq }: Acked) =>
  past?.some((finished) => finished.epoch === epoch && seq <= finished.endSeq) === true;

test('a failover that loses the tail continues in a new epoch with the end of the old one', async () => {
  const prefix = freshPrefix();
  const master = await redis();
  const before = nodeOn(master, prefix);
  const { replica, link } = await replicaOf(master);
  await before.create();
  const kept = await sendMany(before, 5);
  const after = nodeOn(replica, prefix);
  await inStep(before, after);
  link.pauseDownstream();
  const lost = await sendMany(before, 5);
  await after.redis.replicaof('NO', 'ONE');
  const later = await sendMany(after, 8);

  expect(later[0]).toMatchObject({ seq: 7, epoch: expect.not.stringContaining(kept[0]?.epoch ?? '') });
  const head = await headOf(after);
  expect(head).toMatchObject({ seq: 14, past: [{ epoch: kept[0]?.epoch, endSeq: 6 }] });
  expect(kept.every((position) => continues(head?.past, position))).toBe(true);
  expect(lost.some((position) => continues(head?.past, position))).toBe(false);
  expectUnique(kept, lost, later);
  expect((await after.entries()).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 14 }, (_, at) => at + 1),
  );
});

test('two masters at once never give one position to two messages', async () => {
  const prefix = freshPrefix();
  const master = await redis();
  const one = nodeOn(master, prefix);
  await one.create();
  const { replica } = await replicaOf(master);
  const other = nodeOn(replica, prefix);
  await inStep(one, other);
  await other.redis.replicaof('NO', 'ONE');
  const [onOne, onOther] = await Promise.all([sendMany(one, 20), sendMany(other, 20)]);
  expect(onOne.map(({ seq }) => seq)).toEqual(onOther.map(({ seq }) => seq));
  expectUnique(onOne, onOther);
});

test('a clean failover keeps every position good, one after the other', async () => {
  const prefix = freshPrefix();
  let master = await redis();
  // The first replica that a server ever has begins a history by itself.
  await replicaOf(master);
  await nodeOn(master, prefix).create();
  const acked: Acked[][] = [];
  for (let failover = 0; failover < 3; failover += 1) {
    const before = nodeOn(master, prefix);
    const { replica } = await replicaOf(master);
    acked.push([...(await sendMany(before, 3))]);
    const after = nodeOn(replica, prefix);
    await inStep(before, after);
    await after.redis.replicaof('NO', 'ONE');
    master = replica;
  }
  const last = nodeOn(master, prefix);
  await last.send('owner');
  const head = await headOf(last);
  expect(head?.past.map(({ endSeq }) => endSeq)).toEqual([4, 7, 10]);
  expect(acked.flat().every((position) => continues(head?.past, position))).toBe(true);
  expectUnique(...acked);
});

test('until the first write a failover shows the old epoch unchanged', async () => {
  const prefix = freshPrefix();
  const master = await redis();
  const before = nodeOn(master, prefix);
  const { epoch } = await before.create();
  const { replica } = await replicaOf(master);
  const after = nodeOn(replica, prefix);
  await inStep(before, after);
  await after.redis.replicaof('NO', 'ONE');
  expect(await headOf(after)).toMatchObject({ epoch, seq: 1, past: [] });
});

test('a restart from the append-only file is a new epoch that continues the old one', async () => {
  const prefix = freshPrefix();
  const server = await redis({ appendonly: true });
  const before = nodeOn(server, prefix);
  await before.create();
  const kept = await sendMany(before, 5);
  await server.restart();
  const after = nodeOn(server, prefix);
  const later = await sendMany(after, 5);
  const head = await headOf(after);
  expect(head).toMatchObject({ seq: 11, past: [{ epoch: kept[0]?.epoch, endSeq: 6 }] });
  expect(kept.every((position) => continues(head?.past, position))).toBe(true);
  expectUnique(kept, later);
});

const forgetting = {
  'an empty restart': (server: RedisServer) => server.restart(),
  FLUSHALL: async (server: RedisServer) => {
    await nodeOn(server, 'any').redis.flushall();
  },
};

test.each(Object.entries(forgetting))(
  'after %s a group that is created again continues nothing',
  async (_, forget) => {
    const prefix = freshPrefix();
    const server = await redis();
    const before = nodeOn(server, prefix);
    await before.create();
    const lost = await sendMany(before, 5);
    await forget(server);
    const after = nodeOn(server, prefix);
    expect(await after.groups.group(groupId)).toBeNull();
    await after.do(createCommand({ groupId, actor: 'owner' }));
    const later = await sendMany(after, 5);
    expect(await headOf(after)).toMatchObject({ seq: 6, past: [] });
    expectUnique(lost, later);
  },
);
