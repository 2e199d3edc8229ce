/** The recipients of messages that waited while Redis failed over again and again. */
import {
  createDeliveryWork,
  defaultDeliverySettings,
  deliveryKindsOf,
  partitionOf,
  systemClock,
} from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  joinCommand,
  messageDraft,
  obtainRedisForTests,
  type RedisForTests,
  recordingNotifier,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { keepingLogger, startEngine, systemRandom } from '../start-engine.ts';

const groupId = groupIdSchema.parse('room');
const epochs = 12;

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

test('a message of an epoch that the log no longer remembers is delivered', async () => {
  const notifier = recordingNotifier();
  const settings = { deliveryKinds: deliveryKindsOf({ notifier }) };
  await using started = await startEngine({ url: redis.url, settings });
  const { engine, prefix } = started;
  await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  await engine.groups.change(joinCommand({ groupId, userId: 'guest' }));
  const client = new Redis(redis.adminUrl);
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    await engine.log.append(messageDraft({ groupId, sender: 'owner', message: `epoch ${epoch}` }));
    // As if the next script found another history of replication.
    await client.hset(new Keys(prefix).group(groupId), 'hist', String(epoch));
  }
  client.disconnect();
  const lease = await engine.leases.acquire(partitionOf(groupId), 'node');
  if (lease === null) throw new Error('the lease is held');
  const stop = new AbortController();
  const running = createDeliveryWork({
    engine,
    adapters: { notifier },
    settings: defaultDeliverySettings,
    clock: systemClock,
    random: systemRandom,
    logger: keepingLogger(),
  }).run(lease, stop.signal);
  const texts = Array.from({ length: epochs }, (_, i) => `epoch ${i + 1}`);
  await eventually(() => expect(notifier.sent.map(({ message }) => message.message)).toEqual(texts));
  stop.abort();
  await running;
});
