/** What the cluster delivers to is agreed on by its nodes, and known to whoever only sends. */
import { partitionOf } from '@plenum/core';
import {
  createCommand,
  eventually,
  freshPrefix,
  messageDraft,
  obtainRedisForTests,
  type RedisForTests,
} from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupId } from './scripts/stage.ts';
import { startEngine } from './start-engine.ts';

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

test('a node that lacks one of the kinds does not start, and is told how to end it', async () => {
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
