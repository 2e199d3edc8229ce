/** The nodes agree on what the cluster delivers to, and clients that only send know it. */
import { type Engine, type Lease, partitionOf } from '@plenum/core';
import {
  createCommand,
  eventually,
  freshPrefix,
  messageDraft,
  obtainRedisForTests,
  type RedisForTests,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { groupId } from '../scripts/stage.ts';
import { startEngine } from '../start-engine.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

test('a node adds what it brings, and the others learn it', async () => {
  const { url } = redis;
  const prefix = freshPrefix();
  await using old = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  await using _ = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive', 'notifier'] } });
  await eventually(() => expect(old.engine.outbox.kinds()).toEqual(new Set(['archive', 'notifier'])), {
    timeoutMs: 10_000,
  });
});

test('a node that lacks one of the kinds does not start, and its error shows how to end the kind', async () => {
  const { url } = redis;
  const prefix = freshPrefix();
  await using _ = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  await expect(startEngine({ url, prefix })).rejects.toThrow('PLENUM_ARCHIVE_URL=none');
});

test('a kind that a node ends is ended for all', async () => {
  const { url } = redis;
  const prefix = freshPrefix();
  await using old = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  await using _ = await startEngine({ url, prefix, settings: { endedDeliveryKinds: ['archive'] } });
  await eventually(() => expect(old.engine.outbox.kinds()).toEqual(new Set()), { timeoutMs: 10_000 });
});

test('a client without adapters writes the outbox of a cluster that has some', async () => {
  const { url } = redis;
  const prefix = freshPrefix();
  await using node = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  await using client = await startEngine({ url, prefix, role: 'client' });
  await client.engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  await client.engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  const partition = partitionOf(groupId);
  expect(await node.engine.outbox.waiting([partition])).toEqual(new Set([partition]));
});

/** Two nodes that were started one after the other: the first has no archive and has not looked since. */
async function twoNodes() {
  const { url } = redis;
  const prefix = freshPrefix();
  const old = await startEngine({ url, prefix });
  const young = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  const partition = partitionOf(groupId);
  const held = async (engine: Engine) => {
    const lease = await engine.leases.acquire(partition, 'node');
    if (lease === null) throw new Error('the lease is held by another node');
    return lease;
  };
  return {
    ...{ old: old.engine, young: young.engine, partition, held },
    ending: () => startEngine({ url, prefix, settings: { endedDeliveryKinds: ['archive'] } }),
    beginning: () => startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } }),
    keys: new Keys(prefix),
    [Symbol.asyncDispose]: async () => {
      await young[Symbol.asyncDispose]();
      await old[Symbol.asyncDispose]();
    },
  };
}

test('an owner that has not heard of a new kind yet takes nothing away from it', async () => {
  await using nodes = await twoNodes();
  const { old, young, partition } = nodes;
  await young.outbox.open(await nodes.held(young));
  await young.groups.change(createCommand({ groupId, actor: 'owner' }));
  await old.outbox.open(await nodes.held(old));
  expect((await young.outbox.read(partition, 'archive', 10))?.entries).toHaveLength(1);
});

test('what was counted for an archive that is no more takes no room from the next one', async () => {
  await using nodes = await twoNodes();
  const { young } = nodes;
  await using client = commandLine(redis.adminUrl);
  await client.redis.hset(nodes.keys.queued(groupId), groupId, 2048);
  await young.outbox.open(await nodes.held(young));
  await young.groups.change(createCommand({ groupId, actor: 'owner' }));
  expect((await young.log.append(messageDraft({ groupId, sender: 'owner' }))).type).toBe('appended');
});

test('a dead letter of an adapter that was ended stays where it can be seen', async () => {
  await using nodes = await twoNodes();
  const { old, young } = nodes;
  const lease = await nodes.held(young);
  await young.outbox.open(lease);
  await young.groups.change(createCommand({ groupId, actor: 'owner' }));
  await buryFirst(young, lease);
  await using _ = await nodes.ending();
  await old.outbox.open(lease);
  const [letter] = (await old.deadLetters.list({ cursor: null, limit: 10 })).rows;
  await expect(old.deadLetters.retry(letter?.id ?? '')).rejects.toThrow('no adapter of this kind');
  expect((await old.deadLetters.list({ cursor: null, limit: 10 })).rows).toEqual([letter]);
});

/** Passes what waits for the archive; it refuses the first entry for good. */
async function buryFirst(engine: Engine, lease: Lease): Promise<void> {
  const batch = await engine.outbox.read(lease.partition, 'archive', 10);
  const [passed] = batch?.entries ?? [];
  if (batch === null || passed === undefined) throw new Error('nothing waits');
  const dead = { messageId: passed.entry.message_id, attempts: 6, offset: passed.offset, reason: 'no' };
  const cursors = { expectedCursor: batch.cursor, cursor: batch.endOffset };
  await engine.outbox.commit(lease, {
    ...{ kind: 'archive', ...cursors, passed: batch.entries, passedUnreadable: [], retries: [] },
    ...{ deadLetters: [dead], deadLettersKept: null, deliveredRetries: [], pageMark: null },
  });
}

/** An archive that was ended after it had refused some, and is there again; one message waits for it. */
async function archiveAgain(nodes: Awaited<ReturnType<typeof twoNodes>>, refused: number) {
  const { old, young } = nodes;
  const lease = await nodes.held(young);
  await young.outbox.open(lease);
  await young.groups.change(createCommand({ groupId, actor: 'owner' }));
  for (let letter = 1; letter <= refused; letter += 1) {
    if (letter > 1) await young.log.append(messageDraft({ groupId, sender: 'owner' }));
    await buryFirst(young, lease);
  }
  const ending = await nodes.ending();
  await old.outbox.open(lease);
  await ending[Symbol.asyncDispose]();
  const again = await nodes.beginning();
  await again.engine.outbox.open(lease);
  await again.engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  return { again, lease };
}

test('dead letters of an archive that was ended do not count for the room of the next one', async () => {
  await using nodes = await twoNodes();
  await using client = commandLine(redis.adminUrl);
  const { again, lease } = await archiveAgain(nodes, 3);
  await using _ = again;
  const { deadLetters, outbox } = again.engine;
  const queued = () => client.redis.hget(nodes.keys.queued(groupId), groupId);
  expect(await queued()).toBe('1');
  const [first, second, third] = (await deadLetters.list({ cursor: null, limit: 10 })).rows;
  expect(await deadLetters.delete(first?.id ?? '')).toBe(true);
  expect(await queued()).toBe('1');
  for (const letter of [second, third]) expect(await deadLetters.retry(letter?.id ?? '')).toBe(true);
  expect(await queued()).toBe('3');
  const batch = await outbox.read(lease.partition, 'archive', 10);
  const cursor = batch?.cursor ?? '';
  const dead = { messageId: third?.messageId ?? '', attempts: 6, offset: null, reason: 'no' };
  await outbox.commit(lease, {
    ...{ kind: 'archive', expectedCursor: cursor, cursor, passed: [], passedUnreadable: [], retries: [] },
    ...{
      deadLetters: [dead],
      deadLettersKept: null,
      deliveredRetries: [second?.messageId ?? ''],
      pageMark: null,
    },
  });
  expect(await queued()).toBe('2');
  const [again3] = (await deadLetters.list({ cursor: null, limit: 10 })).rows;
  expect(await deadLetters.delete(again3?.id ?? '')).toBe(true);
  expect(await queued()).toBe('1');
});

test('retries of an archive that was ended are gone, and those of the notifier stay', async () => {
  await using nodes = await twoNodes();
  const { old, young, partition, keys } = nodes;
  await using client = commandLine(redis.adminUrl);
  for (const kind of ['archive', 'notifier'] as const) {
    await client.redis.zadd(keys.retries(partition, kind), Date.now() + 60_000, 'e-1');
    await client.redis.hset(keys.retrying(partition, kind), 'e-1', `1 - ${groupId} m {}`);
    await client.redis.zadd(keys.retriesByGroup(partition, kind), 0, `${groupId} e-1`);
  }
  await client.redis.hset(keys.meta(), 'delivery:notifier', '1');
  const lease = await nodes.held(young);
  await young.outbox.open(lease);
  expect((await young.outbox.read(partition, 'archive', 10))?.retrying).toBe(1);
  await client.redis.hdel(keys.meta(), 'delivery:archive');
  await old.outbox.open(lease);
  const names = (['archive', 'notifier'] as const).flatMap((kind) => [
    keys.retries(partition, kind),
    keys.retrying(partition, kind),
    keys.retriesByGroup(partition, kind),
  ]);
  const left = await Promise.all(names.map((name) => client.redis.exists(name)));
  expect(left).toEqual([0, 0, 0, 1, 1, 1]);
});

test('a Redis that came back empty learns again from a node what the cluster delivers to', async () => {
  const { url } = redis;
  const prefix = freshPrefix();
  await using node = await startEngine({ url, prefix, settings: { deliveryKinds: ['archive'] } });
  await using client = commandLine(redis.adminUrl);
  const meta = new Keys(prefix).meta();
  // Brought by a node of another configuration, of which this one has heard.
  await client.redis.hset(meta, 'delivery:notifier', '1');
  const both = new Set(['archive', 'notifier']);
  await eventually(() => expect(node.engine.outbox.kinds()).toEqual(both), { timeoutMs: 10_000 });
  await client.redis.del(meta);
  await eventually(
    async () =>
      expect(await client.redis.hgetall(meta)).toMatchObject({
        'delivery:archive': '1',
        'delivery:notifier': '1',
      }),
    { timeoutMs: 10_000 },
  );
  expect(node.engine.outbox.kinds()).toEqual(both);
});

function commandLine(url: string) {
  const client = new Redis(url);
  return { redis: client, [Symbol.asyncDispose]: async () => client.disconnect() };
}
