/** How long Redis keeps what readers of the archive have to know of take-downs. */
import { type DeliveryCommit, partitionOf } from '@plenum/core';
import { expect, test } from 'vitest';
import { RedisOutbox } from '../../src/delivery/outbox.ts';
import { groupId, onEveryRedis, type Stage, type StageOptions } from '../scripts/stage.ts';
import { must } from './message-stage.ts';

const partition = partitionOf(groupId);
const settings = { isOutboxWritten: true, isQueueCounted: true, ratePerSec: 1e6, rateBurst: 1e6 };
const hourMs = 3_600_000;

async function archiving(open: (options: StageOptions) => Stage) {
  const stage = open({ settings });
  const { calls, keys, redis } = stage;
  const current = new Set(['archive'] as const);
  const ports = { kinds: { current, fresh: async () => current }, anomalies: { note: () => undefined } };
  const outbox = new RedisOutbox({ calls, keys, ...ports });
  const lease = { partition, nodeId: 'node', token: 1 };
  await redis.set(keys.lease(partition), 'node 1');
  await outbox.open(lease);
  await stage.create();
  const pass = async (changes: Partial<DeliveryCommit> = {}) => {
    const batch = await outbox.read(partition, 'archive', 100);
    if (batch === null) throw new Error('not opened');
    const { cursor, entries, endOffset } = batch;
    const none = { retries: [], deadLetters: [], deliveredRetries: [], passedUnreadable: [], pageMark: null };
    const passed = { kind: 'archive', expectedCursor: cursor, cursor: endOffset, passed: entries } as const;
    return outbox.commit(lease, { ...passed, ...none, deadLettersKept: null, ...changes });
  };
  const names = () => redis.zrange(keys.takenDown(partition), 0, '-1', 'WITHSCORES');
  const ttl = async () => [
    await redis.pttl(keys.takenDown(partition)),
    await redis.pttl(keys.tombstones(partition)),
  ];
  const tombstones = async () => (await redis.hkeys(keys.tombstones(partition))).sort();
  /** As if a name stayed since then. */
  const age = (id: string, ms: number) => redis.zadd(keys.takenDown(partition), 'XX', Date.now() - ms, id);
  return { stage, pass, names, ttl, tombstones, age };
}

onEveryRedis((open) => {
  test('a take-down stays until the archive has it, and an hour longer', async () => {
    const { stage, pass, names, ttl, tombstones, age } = await archiving(open);
    const first = (await stage.send('owner')).messageId;
    const second = (await stage.send('owner')).messageId;
    await must(stage, 'take_down', first);
    expect(await names()).toEqual([first, 'inf']);
    await must(stage, 'take_down', first, { reason: 'again' });
    expect(await names()).toEqual([first, 'inf']);
    for (const ms of await ttl()) expect(ms).toBeGreaterThan(1000 * hourMs);
    await pass();
    const [, score = ''] = await names();
    expect(Math.abs(Number(score) - Date.now())).toBeLessThan(hourMs / 2);
    for (const ms of await ttl()) expect(ms).toBeLessThanOrEqual(hourMs);
    await must(stage, 'take_down', first);
    expect(await names()).toEqual([first, score]);

    await age(first, 0.9 * hourMs);
    await must(stage, 'take_down', second);
    expect(await tombstones()).toEqual([first, second]);
    await age(first, 1.1 * hourMs);
    await pass();
    expect(await tombstones()).toEqual([second]);
    expect(await names()).toEqual([second, expect.stringMatching(/^\d+$/)]);
  });

  test('a repeated take-down whose name is forgotten does not wait for the archive again', async () => {
    const { stage, pass, names, tombstones, age } = await archiving(open);
    const { messageId } = await stage.send('owner');
    await must(stage, 'take_down', messageId);
    await pass();
    await age(messageId, 2 * hourMs);
    await must(stage, 'take_down', (await stage.send('owner')).messageId);
    expect(await tombstones()).not.toContain(messageId);
    await must(stage, 'take_down', messageId);
    expect(await names()).toContain(messageId);
    expect((await names()).filter((word) => word === 'inf')).toHaveLength(1);
  });

  test('a hundred are forgotten at once, and the rest by those that come', async () => {
    const { stage, pass, tombstones, age } = await archiving(open);
    const ids: string[] = [];
    for (let at = 0; at < 120; at += 1) ids.push((await stage.send('owner')).messageId);
    for (const id of ids) await must(stage, 'take_down', id);
    for (let at = 0; at < 3; at += 1) await pass();
    for (const id of ids) await age(id, 2 * hourMs);
    await must(stage, 'take_down', (await stage.send('owner')).messageId);
    expect(await tombstones()).toHaveLength(21);
    await pass();
    expect(await tombstones()).toHaveLength(1);
  });

  test('without an archive nothing is kept for its readers', async () => {
    const stage = open({ settings: { isOutboxWritten: true } });
    await stage.create();
    const { messageId } = await stage.send('owner');
    await must(stage, 'take_down', messageId);
    expect(await stage.redis.exists(stage.keys.tombstones(partition))).toBe(0);
    const [, score] = await stage.redis.zrange(stage.keys.takenDown(partition), 0, '-1', 'WITHSCORES');
    expect(score).toMatch(/^\d+$/);
    expect(await stage.redis.pttl(stage.keys.takenDown(partition))).toBeLessThanOrEqual(hourMs);
  });
});
