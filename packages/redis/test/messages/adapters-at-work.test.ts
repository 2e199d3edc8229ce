/** Messages are taken down while slow adapters are at work: no call begins with one after its take-down was answered. */
import {
  type ArchiveEntry,
  createDeliveryWork,
  defaultDeliverySettings,
  isArchivedChange,
  type Outbox,
  partitionOf,
  systemClock,
  takenDownHoldsMs,
} from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  createCommand,
  editCommand,
  eventually,
  joinCommand,
  messageDraft,
  type RedisServer,
  startRedis,
  takeDownCommand,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { keepingLogger, startEngine, systemRandom } from '../start-engine.ts';
import { everyValue } from './message-stage.ts';

const groupId = groupIdSchema.parse('room');
const messages = 300;
const settings = {
  deliveryKinds: ['archive', 'notifier'] as const,
  ratePerSec: 1e6,
  rateBurst: 1e6,
  changeRatePerSec: 1e6,
  changeRateBurst: 1e6,
};

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** When each message, or the text of an edit of it, was last given to an adapter. */
class Given {
  readonly #atMs = new Map<string, number>();
  calls = 0;

  note(entries: readonly ArchiveEntry[]): void {
    this.calls += 1;
    for (const entry of entries) {
      const isText = !isArchivedChange(entry) || (entry.type === 'edited' && entry.deleted !== true);
      const messageId = isArchivedChange(entry) ? entry.target.message_id : entry.message_id;
      if (isText) this.#atMs.set(messageId, performance.now());
    }
  }

  lastMs(messageId: string): number {
    return this.#atMs.get(messageId) ?? 0;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Some answers about taken-down messages arrive late, as on a node that is busy. */
function withLateAnswers(outbox: Outbox): Outbox {
  let asked = 0;
  return {
    kinds: () => outbox.kinds(),
    open: (lease) => outbox.open(lease),
    read: (partition, kind, limit) => outbox.read(partition, kind, limit),
    waiting: (partitions) => outbox.waiting(partitions),
    commit: (lease, commit) => outbox.commit(lease, commit),
    takenDown: async (partition, named) => {
      asked += 1;
      const gone = await outbox.takenDown(partition, named);
      if (asked % 8 === 0) await pause(takenDownHoldsMs / 2);
      return gone;
    },
  };
}

test('no call of an adapter begins with a message after its take-down was answered', async () => {
  await using owner = await startEngine({ url: server.url, settings });
  await using other = await startEngine({ url: server.url, prefix: owner.prefix, settings });
  const { engine } = other;
  await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  await engine.groups.change(joinCommand({ groupId, userId: 'guest' }));
  const given = new Given();
  const lease = await owner.engine.leases.acquire(partitionOf(groupId), 'node');
  if (lease === null) throw new Error('the lease is held');
  const stop = new AbortController();
  const work = createDeliveryWork({
    engine: { ...owner.engine, outbox: withLateAnswers(owner.engine.outbox) },
    adapters: {
      archive: {
        save: async (entries) => {
          given.note(entries);
          await pause(20);
        },
      },
      notifier: {
        notify: async (_, message) => {
          given.note([message]);
          await pause(4);
        },
      },
    },
    settings: { ...defaultDeliverySettings, tickMs: 5, batchSize: 10 },
    clock: systemClock,
    random: systemRandom,
    logger: keepingLogger(),
  });
  const running = work.run(lease, stop.signal);
  const renewing = setInterval(() => void owner.engine.leases.renew([lease]).catch(() => undefined), 500);

  const answeredMs = new Map<string, number>();
  async function live(at: number): Promise<void> {
    await pause(at * 2);
    const message = `secret ${at};`;
    const sent = await engine.log.append(messageDraft({ groupId, sender: 'owner', message }));
    if (sent.type === 'refused') throw new Error(sent.failure.code);
    const { epoch, seq, messageId } = sent;
    const target = { epoch, seq };
    if (at % 3 === 0)
      await engine.messageChanges.change(
        editCommand({ groupId, actor: 'owner', target, message: `secret edit ${at};` }),
      );
    await pause((at * 37) % 400);
    const outcome = await engine.messageChanges.change(takeDownCommand({ groupId, actor: 'owner', target }));
    expect(outcome.type).toBe('changed');
    answeredMs.set(messageId, performance.now());
  }
  await Promise.all(Array.from({ length: messages }, (_, at) => live(at)));
  const { partition } = lease;
  await eventually(async () => expect(await engine.outbox.waiting([partition])).toEqual(new Set()));
  clearInterval(renewing);
  stop.abort();
  await running;

  const late = [...answeredMs].filter(([messageId, ms]) => given.lastMs(messageId) > ms);
  expect(late).toEqual([]);
  expect(answeredMs.size).toBe(messages);
  const wasGiven = [...answeredMs.keys()].filter((messageId) => given.lastMs(messageId) > 0);
  expect(wasGiven.length).toBeGreaterThan(0);
  const redis = new Redis(server.url);
  const values = await everyValue(redis, `${new Keys(owner.prefix).prefix}*`);
  redis.disconnect();
  expect([...values].filter(([, value]) => value.includes('secret')).map(([key]) => key)).toEqual([]);
  const range = await engine.log.before(groupId, Number.MAX_SAFE_INTEGER, 200, userIdSchema.parse('guest'));
  expect(range?.entries.map(({ wire }) => wire.toString()).join()).not.toContain('secret');
});
