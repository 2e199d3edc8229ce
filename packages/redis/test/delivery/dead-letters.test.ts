/** Pages over the dead letters of all partitions, of which there may be more than a node could hold. */
import { PARTITION_COUNT } from '@plenum/core';
import { freshPrefix, type RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

const perPartition = 40;
const prefix = freshPrefix();
const keys = new Keys(prefix);
let server: RedisServer;
let redis: Redis;
let engine: EngineUnderTest;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  engine = await startEngine({ url: server.url, prefix });
  const letters = redis.pipeline();
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    // Partition 7 died first, as a whole; the others all at the same times.
    for (let at = 1; at <= perPartition; at += 1) {
      const id = `${partition === 7 ? at : 1000 + at}-0`;
      letters.xadd(keys.deadLetters(partition, 'archive'), id, ...fieldsOf(`e-${at}`));
    }
  }
  await letters.exec();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  redis.disconnect();
  await server.stop();
});

function fieldsOf(messageId: string): string[] {
  const message = { group_id: 'room', from_user_id: 'ann', message: 'hello', message_id: messageId };
  const result = { ...message, timestamp: '2026-01-01T00:00:00.000Z', epoch: 'e', seq: 1 };
  const wire = JSON.stringify({ request_id: 'r', success: true, result });
  return ['g', 'room', 'k', 'm', 'w', wire, 'm', messageId, 'a', '6', 'r', 'no'];
}

const sentBytes = async () =>
  Number(/total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))?.[1] ?? Number.NaN);

/** By time, then by partition. */
const placeOf = (id: string) => id.split('-').map(Number);
const inOrder = (a: string, b: string): number => {
  const [[ms = 0, , partition = 0], [otherMs = 0, , otherPartition = 0]] = [placeOf(a), placeOf(b)];
  return ms - otherMs || partition - otherPartition;
};

test('pages show every dead letter once, the oldest first, wherever it died', async () => {
  const shown: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await engine.engine.deadLetters.list({ cursor, limit: 199 });
    shown.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(new Set(shown).size).toBe(PARTITION_COUNT * perPartition);
  expect(shown).toEqual([...shown].sort(inOrder));
});

test('a page does not bring a page of every partition', async () => {
  const before = await sentBytes();
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    await redis.xrange(keys.deadLetters(partition, 'archive'), '-', '+');
  }
  const between = await sentBytes();
  await engine.engine.deadLetters.list({ cursor: null, limit: perPartition });
  expect((await sentBytes()) - between).toBeLessThan((between - before) / 3);
});

test('dead letters that are in no index of groups are deleted and sent again like others', async () => {
  const { deadLetters, leases, outbox } = engine.engine;
  const lease = await leases.acquire(9, 'node');
  if (lease === null) throw new Error('the lease is held by another node');
  await redis.hset(keys.cursors(9), 'archive', '0-0');
  const [first, second] = ['1001-0-9-archive', '1002-0-9-archive'];
  expect(await deadLetters.delete(first)).toBe(true);
  expect(await deadLetters.retry(second)).toBe(true);
  const batch = await outbox.read(9, 'archive', 10);
  expect(batch?.retries).toHaveLength(1);
  const cursors = { expectedCursor: '0-0', cursor: '0-0' };
  const none = { passed: [], passedUnreadable: [], retries: [], deadLettersKept: 1, pageMark: null };
  const dead = { messageId: batch?.retries[0]?.messageId ?? '', attempts: 1, offset: null, reason: 'no' };
  const commit = { kind: 'archive', ...cursors, ...none, deadLetters: [dead], deliveredRetries: [] } as const;
  expect(await outbox.commit(lease, commit)).toEqual({ type: 'committed', droppedDeadLetters: 0 });
  expect(await redis.xlen(keys.deadLetters(9, 'archive'))).toBe(perPartition - 1);
});
