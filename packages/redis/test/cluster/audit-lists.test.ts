/** The audit log on Redis with entries that this version cannot read: they hide no others. */
import { type AuditEntry, AuditLog } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepingLogger, startEngine } from '../start-engine.ts';

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

const entry = (act: string): AuditEntry => ({
  ...{ act, name: 'ci', target: 'user:zoe', outcome: 'ok', address: '192.0.2.1' },
  ...{ request_id: 'r', node_id: 'n1' },
});

test('a slice of unreadable entries hides no older ones from pages and from an erasure', async () => {
  await using started = await startEngine({ url: redis.url });
  const { auditLists: lists } = started.engine;
  const log = new AuditLog({ lists, logger: keepingLogger(), nodeId: 'n1' });
  await lists.append('act', entry('oldest'));
  for (let i = 0; i < 250; i += 1) await lists.append('act', entry('unreadable'));
  for (let i = 0; i < 3; i += 1) await lists.append('act', entry(`act${i}`));
  const key = `${started.prefix}:audit:act`;
  const numbers = [...Array.from({ length: 250 }, (_, i) => i + 2), 253];
  await admin.hset(
    key,
    ...numbers.flatMap((number) => [String(number), '1736935800000 {"of":"a later version"}']),
  );
  const actsOf = async () => (await log.page({ limit: 9 })).lines.map(({ act }) => act);
  expect(await actsOf()).toEqual(['act2', 'act0', 'oldest']);
  await log.forget(userIdSchema.parse('zoe'));
  const { lines } = await log.page({ limit: 9 });
  expect(lines.map(({ target }) => target)).toEqual(Array(3).fill('user:(erased)'));
});
