/**
 * The second seed's document, continued with what happens behind a send: persistence and notifier with their retries, the
 * room's queue, room placement over several nodes, and the telemetry events.
 */
import { type GroupOwner, groupOwnerSchema } from '@plenum/protocol';
import {
  eventually,
  freshPrefix,
  obtainRedisForTests,
  type RedisForTests,
  recordingArchive,
} from '@plenum/testkit';
import { type Adapters, type TelemetryEvents, watchTelemetry } from 'plenum';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startChat, user } from '../support/cluster/embedded-chat.ts';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { room } from '../support/cluster/room.ts';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());
const at = (engine: EngineName) => ({ engine, redisUrl: redis.url });

/** An adapter that fails is left alone for up to 30 s; owners of partitions are found within a few beats. */
const patience = { timeoutMs: 40_000, everyMs: 25 };
const eager = { tickMs: 20, retryBaseMs: 20 };

/** Step 4's persistence and notifier, as an application writes them. */
function applicationAdapters() {
  const database: { roomId: string; userId: string; content: string }[] = [];
  const notified: string[] = [];
  const adapters: Adapters = {
    archive: {
      save: async (entries) => {
        for (const entry of entries) {
          if (entry.type !== 'message') continue;
          database.push({ roomId: entry.group_id, userId: entry.from_user_id, content: entry.message });
        }
        return undefined;
      },
    },
    notifier: {
      notify: async (recipients, { message }) => {
        for (const { user_id } of recipients) notified.push(`${user_id}: ${message}`);
        return undefined;
      },
    },
  };
  return { adapters, database, notified };
}

describe.each(engines)('seed chatx, behind a send, on %s', (engine) => {
  test('step 4: what was sent is persisted in order, and every member but the sender is notified', async () => {
    const { adapters, database, notified } = applicationAdapters();
    await using chat = await startChat(at(engine), { adapters, delivery: eager });
    for (const who of [user, 'other']) await chat.join(room, who);
    for (const content of ['one', 'two']) await chat.send(room, user, content);
    await eventually(() => {
      expect(database).toEqual([
        { roomId: room, userId: user, content: 'one' },
        { roomId: room, userId: user, content: 'two' },
      ]);
      expect(notified).toEqual(['other: one', 'other: two']);
    }, patience);
  });

  test('delivery_max_retries: what persistence keeps refusing is a dead letter until sent again', async () => {
    const archive = recordingArchive();
    const delivery = { ...eager, maxRetries: 2 };
    await using service = await Service.start(engine, { adapters: { archive }, delivery });
    await service.plenum.groups.create({ groupId: room, groupType: 'public', creatorId: user });
    archive.fault('throw');
    const sent = await service.plenum.send(room, user, 'poison');
    const id = sent.ok ? sent.result.message_id : '';
    archive.refuse(id);
    archive.fault(null);
    const letters = async () => (await service.rest('GET', '/v1/dead-letters')).body['dead_letters'];
    const buried = { message_id: id, kind: 'archive', attempts: 3, reason: 'refused by the test' };
    await eventually(async () => expect(await letters()).toMatchObject([buried]), patience);
    archive.forgive();
    for (const letter of (await letters()) as { dead_letter_id: string }[]) {
      await service.rest('POST', `/v1/dead-letters/${letter.dead_letter_id}/retry`);
    }
    await eventually(() => expect(archive.saved.map(({ message_id }) => message_id)).toContain(id), patience);
    expect(await letters()).toEqual([]);
  });

  test('adapters that throw or answer garbage are contained: sends succeed and nothing is lost', async () => {
    const archive = recordingArchive();
    const { logger } = recordingLogger();
    await using chat = await startChat(at(engine), { adapters: { archive }, delivery: eager, logger });
    archive.fault('throw');
    await chat.join(room, user);
    for (const fault of ['throw', 'garbage'] as const) {
      archive.fault(fault);
      expect(await chat.send(room, user, fault)).toMatchObject({ ok: true });
    }
    await eventually(() => expect(archive.batches.length).toBeGreaterThan(0), patience);
    expect(archive.saved).toEqual([]);
    archive.fault(null);
    const texts = () => archive.saved.flatMap((entry) => (entry.type === 'message' ? [entry.message] : []));
    await eventually(() => expect(texts()).toEqual(['throw', 'garbage']), patience);
  });

  test('room_queue_limit: a room that waits for persistence is refused with a hint, others are not', async () => {
    const archive = recordingArchive();
    archive.fault('throw');
    const { logger } = recordingLogger();
    const tuned = { adapters: { archive }, delivery: eager, engineSettings: { roomQueueLimit: 4 }, logger };
    await using chat = await startChat(at(engine), tuned);
    for (const where of [room, 'room:second']) await chat.join(where, user);
    // The creation of the room waits as well, unless the outbox was opened only behind it.
    for (const text of ['1', '2', '3']) expect(await chat.send(room, user, text)).toMatchObject({ ok: true });
    await chat.send(room, user, 'the last one');
    expect(await chat.send(room, user, '4')).toMatchObject({
      failure: { code: 'room_overloaded', retryAfterMs: expect.any(Number) },
    });
    expect(await chat.send('room:second', user, '1')).toMatchObject({ ok: true });
    archive.fault(null);
    await eventually(async () => {
      expect(await chat.send(room, user, '4', { requestId: 'again' })).toMatchObject({ ok: true });
    }, patience);
  });

  test('telemetry: every event of the seed is emitted', async () => {
    const emitted = new Map<string, unknown[]>();
    const watched = [
      ...['message_sent', 'room_join', 'room_leave', 'broadcast', 'queue_size'],
      ...['queue_overflow', 'rate_limit_hit'],
    ] as const satisfies readonly (keyof TelemetryEvents)[];
    for (const event of watched) {
      const seen: unknown[] = [];
      emitted.set(event, seen);
      onTestFinished(watchTelemetry(event, (payload) => seen.push(payload)));
    }
    const archive = recordingArchive();
    const engineSettings = { ratePerSec: 0.001, rateBurst: 2, roomQueueLimit: 5 };
    await using chat = await startChat(at(engine), {
      adapters: { archive },
      delivery: eager,
      engineSettings,
    });
    await chat.join(room, user);
    await chat.subscribe(room, { onMessage: () => undefined });
    for (const text of ['1', '2', 'no token']) await chat.send(room, user, text);
    await eventually(() => expect(archive.saved).toHaveLength(3), patience);
    archive.fault('throw');
    for (const who of ['a', 'b']) await chat.join(room, who);
    for (const who of ['a', 'b', 'a', 'b']) await chat.send(room, who, 'too much');
    await chat.leave(room, 'a');
    const about = { groupId: room, userId: user };
    await eventually(() => {
      expect(emitted.get('message_sent')?.slice(0, 2)).toEqual([2, 3].map((seq) => ({ ...about, seq })));
      expect(emitted.get('room_join')).toEqual([about, { ...about, userId: 'a' }, { ...about, userId: 'b' }]);
      expect(emitted.get('room_leave')).toEqual([{ ...about, userId: 'a' }]);
      expect(emitted.get('rate_limit_hit')).toEqual([about]);
      expect(emitted.get('queue_overflow')).toEqual([{ groupId: room }]);
      expect(emitted.get('broadcast')).toContainEqual({ groupId: room, entries: 1, devices: 1 });
      expect(emitted.get('queue_size')).toContainEqual(expect.objectContaining({ kind: 'archive', size: 0 }));
    }, patience);
  });
});

async function ownerSeenBy(node: Service, groupId: string): Promise<GroupOwner> {
  return groupOwnerSchema.parse((await node.rest('GET', `/v1/groups/${groupId}/owner`)).body);
}

const rooms = [room, 'room:second', 'room:third'];

test('placement: every node names the same owner of a room, also after one of them has left', async () => {
  const prefix = freshPrefix();
  const options = { redisUrl: redis.url, prefix };
  await using first = await Service.start('redis', options);
  await using second = await Service.start('redis', options);
  const third = await Service.start('redis', options);
  const agreed = (nodes: readonly Service[]) =>
    eventually(async () => {
      for (const groupId of rooms) {
        const seen = await Promise.all(nodes.map((node) => ownerSeenBy(node, groupId)));
        for (const owner of seen) expect(owner).toEqual(seen[0]);
        expect(seen[0]?.moving).toBe(false);
        expect(nodes.map(({ url }) => url)).toContain(seen[0]?.url);
      }
    }, patience);
  await agreed([first, second, third]);
  await third[Symbol.asyncDispose]();
  await agreed([first, second]);
});

test('placement: `local` is one node that owns every room, and tolerates no second one', async () => {
  const options = { redisUrl: redis.url, prefix: freshPrefix(), clusterStrategy: 'local' as const };
  await using only = await Service.start('redis', options);
  for (const groupId of rooms) {
    await eventually(async () => expect((await ownerSeenBy(only, groupId)).url).toBe(only.url), patience);
  }
  await expect(Service.start('redis', options)).rejects.toThrow('single node');
});
