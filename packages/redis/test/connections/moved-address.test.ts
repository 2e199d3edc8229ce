/** One address leads to another server, while the one before stays reachable over the connections that exist. */
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  type FaultProxy,
  feedListener,
  freePort,
  messageDraft,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

const groupId = groupIdSchema.parse('moved');
const patient = { timeoutMs: 20_000, everyMs: 50 };

let former: RedisServer;
let present: RedisServer;
let proxy: FaultProxy;
let staying: EngineUnderTest;
const heard: number[] = [];
let audits = 0;

beforeEach(async () => {
  heard.length = 0;
  audits = 0;
  former = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  present = await startRedis({ args: ['--replicaof', `127.0.0.1 ${former.port}`] });
  await withClient(present, async (redis) => {
    await eventually(async () => expect(await redis.info('replication')).toContain('master_link_status:up'));
  });
  proxy = await startFaultProxy({ targetPort: former.port });
  staying = await startEngine({ url: proxy.url });
  staying.engine.feeds.listen(
    feedListener({
      onEntry: (_, { seq }) => heard.push(seq),
      onAuditNeeded: () => {
        audits += 1;
      },
    }),
  );
  await staying.engine.feeds.open(groupId);
  await staying.engine.groups.change(createCommand({ groupId, actor: 'owner' }));
});
afterEach(async () => {
  await staying.engine.close();
  await proxy.stop();
  await Promise.all([former.stop(), present.stop()]);
});

async function withClient<T>(server: RedisServer, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url);
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

/** Nothing that was acknowledged is missing at the server that takes over. */
async function promote(): Promise<void> {
  const offset = await withClient(
    former,
    async (redis) => /master_repl_offset:(\d+)/.exec(await redis.info('replication'))?.[1],
  );
  await withClient(present, async (redis) => {
    await eventually(async () =>
      expect(
        Number(/slave_repl_offset:(\d+)/.exec(await redis.info('replication'))?.[1]),
      ).toBeGreaterThanOrEqual(Number(offset)),
    );
    await redis.replicaof('NO', 'ONE');
  });
}

/** The former master becomes a replica of nothing that is there: it answers reads and takes subscriptions for ever. */
const isolate = async () => {
  const nowhere = await freePort();
  await withClient(former, (redis) => redis.replicaof('127.0.0.1', nowhere));
};

/** A send at the present master is heard by the engine that was there before the move, which also reads it. */
async function isWholeAgain(): Promise<void> {
  await using fresh = await startEngine({ url: proxy.url, prefix: staying.prefix });
  await eventually(async () => {
    const { engine } = fresh;
    const sent = await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
    if (sent.type !== 'appended') throw new Error(sent.failure.code);
    await eventually(() => expect(heard).toContain(sent.seq), { timeoutMs: 500 });
    const head = (await staying.engine.log.heads([groupId])).get(groupId);
    expect(head).toMatchObject({ epoch: sent.epoch, seq: sent.seq });
    const own = await staying.engine.log.append(messageDraft({ groupId, sender: 'owner' }));
    expect(own).toMatchObject({ epoch: sent.epoch, seq: sent.seq + 1 });
  }, patient);
  expect(audits).toBeGreaterThan(0);
  const left = await withClient(former, async (redis) => String(await redis.client('LIST')));
  expect(left).not.toMatch(/name=plenum-(command|reads|subscriber)/);
}

test.each([
  ['every connection stays', null],
  ['the one that hears stays', /plenum-(command|reads)/],
  ['the one that sends stays', /plenum-(reads|subscriber)/],
  ['the one that reads stays', /plenum-(command|subscriber)/],
])(
  'the former master is an isolated replica and %s there: all open again and miss nothing',
  async (_, cut) => {
    await promote();
    proxy.moveTo(present.port);
    await isolate();
    if (cut !== null) proxy.cutAll(cut);
    await isWholeAgain();
  },
);

test('the former master still takes writes and keeps its connections: all connections open again', async () => {
  await promote();
  proxy.moveTo(present.port);
  await isWholeAgain();
});

test('one refused send is enough: the connections that were not refused are opened again as well', async () => {
  await promote();
  proxy.moveTo(present.port);
  await isolate();
  const before = staying.engine.anomalies.count('links_renewed');
  await staying.engine.log.append(messageDraft({ groupId, sender: 'owner' })).catch(() => undefined);
  expect(staying.engine.anomalies.count('links_renewed')).toBe(before + 1);
  await isWholeAgain();
});
