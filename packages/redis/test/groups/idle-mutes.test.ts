/** Timed mutes and bans of idle groups end whatever is the matter with the groups of another partition. */
import { type Lease, Ownership, partitionOf, systemClock } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  banCommand,
  createCommand,
  eventually,
  joinCommand,
  monitorRedis,
  muteCommand,
  obtainRedisForTests,
  type RedisForTests,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { type EngineUnderTest, keepingLogger, startEngine } from '../start-engine.ts';

const [broken, sound] = [groupIdSchema.parse('broken'), groupIdSchema.parse('sound')];

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

async function muteIn({ engine }: EngineUnderTest, groupId: string): Promise<void> {
  const user = { groupId, userId: 'guest' };
  await engine.groups.change(createCommand({ groupId, actor: 'owner', groupType: 'strict_private' }));
  await engine.groups.change(joinCommand({ ...user, actor: '$service', admit: true }));
  await engine.groups.change(muteCommand({ ...user, actor: 'owner', forMs: 1 }));
}

test('a group whose mutes cannot end does not keep those of other partitions muted', async () => {
  await using started = await startEngine({ url: redis.url });
  await muteIn(started, broken);
  await muteIn(started, sound);
  const client = new Redis(redis.adminUrl);
  await client.set(new Keys(started.prefix).pending(broken), 'not a sorted set');
  client.disconnect();
  const stop = new AbortController();
  const leases = [broken, sound].map(
    (groupId): Lease => ({ partition: partitionOf(groupId), nodeId: 'node', token: 1 }),
  );
  const works = leases.flatMap((lease) =>
    started.engine.partitionWorks.map((work) => work.run(lease, stop.signal)),
  );
  await eventually(async () =>
    expect((await started.engine.log.before(sound, 100, 1))?.entries).toMatchObject([
      { event: { type: 'unmuted', user_id: 'guest' } },
    ]),
  );
  stop.abort();
  await Promise.all(works);
});

test('bans that have ended in an idle group are removed, those that last stay', async () => {
  await using started = await startEngine({
    url: redis.url,
    settings: { changeRatePerSec: 1e6, changeRateBurst: 1e6 },
  });
  const keys = new Keys(started.prefix);
  const client = new Redis(redis.adminUrl);
  const { groups, partitionWorks } = started.engine;
  await groups.change(createCommand({ groupId: sound, actor: 'owner' }));
  for (let n = 0; n < 60; n += 1) {
    await groups.change(banCommand({ groupId: sound, actor: 'owner', userId: `ended-${n}`, forMs: 1 }));
  }
  const hourMs = 3_600_000;
  await groups.change(banCommand({ groupId: sound, actor: 'owner', userId: 'timed', forMs: hourMs }));
  await groups.change(banCommand({ groupId: sound, actor: 'owner', userId: 'for-good' }));
  const stop = new AbortController();
  const lease: Lease = { partition: partitionOf(sound), nodeId: 'node', token: 1 };
  const works = partitionWorks.map((work) => work.run(lease, stop.signal));
  await eventually(async () => {
    expect((await client.hkeys(keys.members(sound))).sort()).toEqual(['for-good', 'owner', 'timed']);
    expect((await client.zrange(keys.bans(sound), '0', '-1')).sort()).toEqual(['for-good', 'timed']);
  });
  const due = Number(await client.zscore(keys.due(sound), sound));
  expect(due).toBeGreaterThan(Date.now() + hourMs - 600_000);
  stop.abort();
  await Promise.all(works);
  client.disconnect();
});

test('the owner ends mutes that another node has set, and learns of them by its renewals alone', async () => {
  await using owner = await startEngine({ url: redis.url });
  await using other = await startEngine({ url: redis.url, prefix: owner.prefix, role: 'client' });
  const { nodes, leases, partitionWorks: works, log } = owner.engine;
  const card = { nodeId: 'owner', url: null, version: '1', strategy: 'owner' } as const;
  const ownership = new Ownership({
    nodes,
    leases,
    works,
    card,
    clock: systemClock,
    logger: keepingLogger(),
  });
  await ownership.start();
  const looks: string[] = [];
  const monitor = await monitorRedis(redis.adminUrl, ([name = '', key = ''], source) => {
    if (source !== 'lua' && name === 'zrangebyscore' && key.startsWith(`${owner.prefix}:`)) looks.push(key);
  });
  await muteIn(other, sound);
  await eventually(async () =>
    expect((await log.before(sound, 100, 1))?.entries).toMatchObject([
      { event: { type: 'unmuted', user_id: 'guest' } },
    ]),
  );
  expect(new Set(looks)).toEqual(new Set([new Keys(owner.prefix).dueIn(partitionOf(sound))]));
  monitor.stop();
  await ownership.stop();
});
