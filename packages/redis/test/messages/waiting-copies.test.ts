/** What waits for the adapters when a message is taken down: no copy is left, and the room queue stays exact. */
import { type DeliveryCommit, type DeliveryKind, type OutboxBatch, partitionOf } from '@plenum/core';
import { expect, test } from 'vitest';
import { RedisDeadLetters } from '../../src/delivery/dead-letters.ts';
import { RedisOutbox } from '../../src/delivery/outbox.ts';
import { groupId, onEveryRedis, type Stage, type StageOptions } from '../scripts/stage.ts';
import { everyValue, must } from './message-stage.ts';

const partition = partitionOf(groupId);
const kinds = ['archive', 'notifier'] as const;
const settings = { isOutboxWritten: true, isQueueCounted: true, ratePerSec: 1e6, rateBurst: 1e6 };

interface Owner {
  readonly stage: Stage;
  readonly outbox: RedisOutbox;
  readonly letters: RedisDeadLetters;
  read(kind: DeliveryKind): Promise<OutboxBatch>;
  commit(kind: DeliveryKind, batch: OutboxBatch, changes?: Partial<DeliveryCommit>): Promise<string>;
  /** How many entries the room queue counts, and how many it should. */
  queues(): Promise<readonly [number, number]>;
}

async function ownerOf(open: (options: StageOptions) => Stage): Promise<Owner> {
  const stage = open({ settings });
  const { calls, keys, redis } = stage;
  const current = new Set(kinds);
  const ports = { kinds: { current, fresh: async () => current }, anomalies: { note: () => undefined } };
  const outbox = new RedisOutbox({ calls, keys, ...ports });
  const lease = { partition, nodeId: 'node', token: 1 };
  await redis.set(keys.lease(partition), 'node 1');
  await outbox.open(lease);
  await stage.create();
  const read = async (kind: DeliveryKind) => {
    const batch = await outbox.read(partition, kind, 100);
    if (batch === null) throw new Error('not opened');
    return batch;
  };
  return {
    ...{ stage, outbox, read },
    letters: new RedisDeadLetters({ calls, keys }),
    commit: async (kind, batch, changes = {}) => {
      const none = { retries: [], deadLetters: [], deliveredRetries: [], passedUnreadable: [] };
      const passed = {
        cursor: batch.endOffset,
        passed: batch.entries,
        pageMark: null,
        deadLettersKept: null,
      };
      const all = { kind, expectedCursor: batch.cursor, ...none, ...passed, ...changes };
      return (await outbox.commit(lease, all)).type;
    },
    queues: async () => {
      const cursor = await redis.hget(keys.cursors(partition), 'archive');
      const waiting = await redis.xrange(keys.outboxIn(partition), `(${cursor}`, '+');
      const retries = await redis.hlen(keys.retrying(partition, 'archive'));
      const dead = await redis.xlen(keys.deadLetters(partition, 'archive'));
      const counted = await redis.hget(keys.queuedIn(partition), groupId);
      return [Number(counted ?? 0), waiting.length + retries + dead];
    },
  };
}

const refusalOf = ({ entry, offset }: OutboxBatch['entries'][number]) => ({
  messageId: entry.message_id,
  attempts: 1,
  offset,
});
const later = { delayMs: 0, membersCursor: null };

/** @returns whole numbers from 0 to below the argument, the same ones for the same seed (mulberry32) */
function pickFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function expectGone(stage: Stage, text: string): Promise<void> {
  for (const [key, value] of await everyValue(stage.redis, `${stage.keys.prefix}*`))
    expect(value.includes(text), key).toBe(false);
}

onEveryRedis((open) => {
  test('nothing of a taken-down message or of its edits waits after the answer', async () => {
    const owner = await ownerOf(open);
    const { stage } = owner;
    const dead = (await stage.send('owner', 'secret dead')).messageId;
    const retried = (await stage.send('owner', 'secret retried')).messageId;
    await must(stage, 'edit', retried, { message: 'secret edit that is retried' });
    const archive = await owner.read('archive');
    const refusals = archive.entries.slice(1).map(refusalOf);
    const [deadLetter, ...retries] = refusals;
    if (deadLetter === undefined) throw new Error('nothing waits');
    await owner.commit('archive', archive, {
      deadLetters: [{ ...deadLetter, reason: 'no' }],
      retries: retries.map((refusal) => ({ ...refusal, ...later })),
    });
    const notifier = await owner.read('notifier');
    const letters = notifier.entries.slice(1).map((entry) => ({ ...refusalOf(entry), reason: 'no' }));
    await owner.commit('notifier', notifier, { deadLetters: letters });
    const waiting = (await stage.send('owner', 'secret waiting')).messageId;
    await must(stage, 'edit', waiting, { message: 'secret edit that waits' });
    await must(stage, 'edit', dead, { message: 'secret edit of the dead' });
    const kept = (await stage.send('owner', 'kept')).messageId;
    for (const id of [dead, retried, waiting]) await must(stage, 'take_down', id);
    await expectGone(stage, 'secret');
    const [counted, actual] = await owner.queues();
    expect(counted).toBe(actual);
    const left = (await owner.read('archive')).entries.map(({ entry }) => entry);
    // The edits stay, in the outbox and in the retries, so that the archived log has no hole.
    const types = ['message', 'deleted', 'edited', 'deleted', 'deleted', 'edited'];
    expect(left.map(({ type }) => type)).toEqual(types);
    for (const entry of left.filter(({ type }) => type === 'edited')) {
      expect(entry).toMatchObject({ deleted: true, edits: 1 });
      expect(entry).not.toHaveProperty('message');
    }
    const { retries: due } = await owner.read('archive');
    expect(due.map(({ entry }) => entry)).toMatchObject([{ type: 'edited', deleted: true }]);
    expect(left[0]).toMatchObject({ message_id: kept, message: 'kept' });
    expect(left[1]).toMatchObject({ target: { message_id: dead, sent: { from_user_id: 'owner' } } });
  });

  test('what the owner has read is named as taken down, and its commit counts nothing twice', async () => {
    const owner = await ownerOf(open);
    const { stage, outbox } = owner;
    const ids = [];
    for (const text of ['secret 1', 'secret 2', 'secret 3', 'kept'])
      ids.push((await stage.send('owner', text)).messageId);
    const [passed = '', retried = '', dead = '', kept = ''] = ids;
    const held = await owner.read('archive');
    for (const id of [passed, retried, dead]) await must(stage, 'take_down', id);
    const asked = ids.map((messageId) => ({ groupId, messageId }));
    expect([...(await outbox.takenDown(partition, asked))]).toEqual([passed, retried, dead]);
    expect(await outbox.takenDown(partition, [{ groupId, messageId: kept }])).toEqual(new Set());
    const refusals = held.entries
      .filter(({ entry }) => [retried, dead].includes(entry.message_id))
      .map(refusalOf);
    const [retry, letter] = refusals;
    if (retry === undefined || letter === undefined) throw new Error('nothing waits');
    const changes = { retries: [{ ...retry, ...later }], deadLetters: [{ ...letter, reason: 'no' }] };
    expect(await owner.commit('archive', held, changes)).toBe('committed');
    await expectGone(stage, 'secret');
    const [counted, actual] = await owner.queues();
    expect(counted).toBe(actual);
    expect(counted).toBe(3);
  });

  test('a take-down of what waits is answered when calls that may have it have begun', async () => {
    const waits: string[] = [];
    const untilCallsHaveBegun = async () => void waits.push('waited');
    const { stage, ...owner } = await ownerOf((options) => open({ ...options, untilCallsHaveBegun }));
    const delivered = (await stage.send('owner')).messageId;
    for (const kind of kinds) await owner.commit(kind, await owner.read(kind));
    await must(stage, 'take_down', delivered);
    expect(waits).toEqual([]);
    const waiting = (await stage.send('owner')).messageId;
    await owner.commit('archive', await owner.read('archive'));
    await must(stage, 'take_down', waiting);
    expect(waits).toEqual(['waited']);
  });

  test('a copy that moves before it is scrubbed is dropped instead', async () => {
    const owner = await ownerOf(open);
    const { stage, letters } = owner;
    const { keys, redis } = stage;
    /** As the take-down leaves it, before the outbox, the retries and the dead letters are scrubbed. */
    const name = (id: string) => redis.zadd(keys.takenDown(partition), 1, id);
    const moved = [(await stage.send('owner', 'secret 1')).messageId];
    moved.push((await stage.send('owner', 'secret 2')).messageId);
    const held = await owner.read('archive');
    for (const id of moved) await name(id);
    const [, retry, letter] = held.entries.map(refusalOf);
    if (retry === undefined || letter === undefined) throw new Error('nothing waits');
    const changes = { retries: [{ ...retry, ...later }], deadLetters: [{ ...letter, reason: 'no' }] };
    expect(await owner.commit('archive', held, changes)).toBe('committed');
    expect(await redis.exists(keys.retrying(partition, 'archive'))).toBe(0);
    expect(await redis.xlen(keys.deadLetters(partition, 'archive'))).toBe(0);
    const { messageId } = await stage.send('owner', 'secret 3');
    const next = await owner.read('archive');
    const [dead] = next.entries.map(refusalOf);
    if (dead === undefined) throw new Error('nothing waits');
    await owner.commit('archive', next, { deadLetters: [{ ...dead, reason: 'no' }] });
    await name(messageId);
    const [row] = (await letters.list({ cursor: null, limit: 9 })).rows;
    expect(await letters.retry(row?.id ?? '')).toBe(false);
    expect(await redis.exists(keys.retrying(partition, 'archive'))).toBe(0);
    expect((await owner.queues())[0]).toBe(0);
  });

  test('whatever moves while messages are taken down, no text is left and the room queue is exact', async () => {
    const pick = pickFrom(7);
    const owner = await ownerOf(open);
    const { stage, letters } = owner;
    const living: string[] = [];
    const gone: string[] = [];
    let sent = 0;

    async function deliver(kind: DeliveryKind, meanwhile: () => Promise<unknown>): Promise<void> {
      const batch = await owner.read(kind);
      await meanwhile();
      const count = pick(batch.entries.length + 1);
      const passed = batch.entries.slice(0, count);
      const fates = passed.map((entry) => ({ entry: refusalOf(entry), fate: pick(4) }));
      const due = batch.retries.map(({ messageId, attempts }) => ({
        entry: { messageId, attempts, offset: null },
        fate: pick(4),
      }));
      const all = [...fates, ...due];
      await owner.commit(kind, batch, {
        cursor: passed.at(-1)?.offset ?? batch.cursor,
        passed,
        retries: all.filter(({ fate }) => fate === 0).map(({ entry }) => ({ ...entry, ...later })),
        deadLetters: all.filter(({ fate }) => fate === 1).map(({ entry }) => ({ ...entry, reason: 'no' })),
        deliveredRetries: due.filter(({ fate }) => fate === 2).map(({ entry }) => entry.messageId),
      });
    }

    async function takeDown(): Promise<void> {
      const [id] = living.splice(pick(living.length + 1), 1);
      if (id === undefined) return;
      await must(stage, 'take_down', id);
      gone.push(id);
    }

    async function act(): Promise<unknown> {
      const action = pick(6);
      if (action === 0) return takeDown();
      if (action === 1) {
        const rows = (await letters.list({ cursor: null, limit: 20 })).rows;
        const row = rows[pick(rows.length + 1)];
        return row === undefined ? undefined : letters.retry(row.id);
      }
      if (action === 2) {
        const id = living[pick(living.length + 1)];
        if (id === undefined) return undefined;
        sent += 1;
        return must(stage, 'edit', id, { message: `text of ${id}; ${sent}` }).catch(() => undefined);
      }
      const { messageId } = await stage.send('owner', 'to be edited');
      living.push(messageId);
      return must(stage, 'edit', messageId, { message: `text of ${messageId};` });
    }

    for (let round = 0; round < 150; round += 1) {
      await Promise.all([act(), act(), deliver('archive', act), deliver('notifier', takeDown)]);
      const [counted, actual] = await owner.queues();
      expect(counted, `round ${round}`).toBe(actual);
    }
    const values = [...(await everyValue(stage.redis, `${stage.keys.prefix}*`))];
    for (const id of gone) {
      const holders = values.filter(([, value]) => value.includes(`text of ${id};`)).map(([key]) => key);
      expect(holders).toEqual([]);
    }
    expect(gone.length).toBeGreaterThan(50);
  });
});
