/** Group channels are those of the stock sharded adapter: a stock server beside our nodes hears them and can do no harm. */
import { numberedTags } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { eventually, freshPrefix, obtainRedisForTests } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { Service } from '../support/cluster/service.ts';
import { type Device, isDense } from '../support/devices/device.ts';
import { type Listener, StockServer } from './stock-server.ts';

const groupId = groupIdSchema.parse('lobby');
const room = numberedTags.groupRoom(groupId);
const messages = 20;

interface Neighbours {
  readonly service: Service;
  readonly stock: StockServer;
  readonly lines: ReturnType<typeof recordingLogger>['lines'];
}

/** A node of ours and a stock server on one Redis, with the same prefix. */
async function withNeighbours(scene: (neighbours: Neighbours) => Promise<void>): Promise<void> {
  const redis = await obtainRedisForTests();
  const prefix = freshPrefix();
  const { logger, lines } = recordingLogger();
  try {
    const engineSettings = { ratePerSec: 1000, rateBurst: 1000 };
    await using service = await Service.start('redis', {
      redisUrl: redis.url,
      prefix,
      logger,
      engineSettings,
    });
    await using stock = await StockServer.start(redis.adminUrl, prefix);
    await scene({ service, stock, lines });
  } finally {
    await redis.dispose();
  }
}

/** Ann's group with Bob in it. */
async function membersOf(service: Service): Promise<readonly [Device, Device]> {
  const [ann, bob] = [await service.device('ann'), await service.device('bob')];
  await ann.must('create_group', { group_id: groupId, group_type: 'public' });
  await bob.must('join_group', { group_id: groupId });
  return [ann, bob];
}

const entriesOf = ({ heard }: Listener) =>
  heard.filter(({ event }) => event === 'relay_message' || event === 'group_event');
const arrivalsOf = (device: Device) =>
  device.arrivals.filter(({ event }) => event === 'relay_message' || event === 'group_event');
const untilHas = (device: Device, count: number) =>
  eventually(() => expect(device.messages(groupId)).toHaveLength(count));

test('a socket of a stock server in the room of a group gets what members get', () =>
  withNeighbours(async ({ service, stock }) => {
    const listener = await stock.listenerIn(room);
    const [ann, bob] = await membersOf(service);
    for (let number = 1; number <= messages; number += 1) await bob.send(groupId, `message ${number}`);
    await ann.must('kick_member', { group_id: groupId, user_id: 'bob' });
    await untilHas(ann, messages);
    await ann.until('group_event', { type: 'kicked' });
    const own = arrivalsOf(ann);
    // The creator hears of its own creation by the answer, the room by an event.
    await eventually(() => expect(entriesOf(listener).slice(-own.length)).toEqual(own));
    expect(own.map(({ event }) => event)).toContain('group_event');
  }));

test("what a stock server emits into a group's room is logged, reaches no member, makes no gap", () =>
  withNeighbours(async ({ service, stock, lines }) => {
    const [ann, bob] = await membersOf(service);
    await ann.send(groupId, 'before');
    stock.io
      .to(room)
      .emit('relay_message', { success: true, result: { group_id: groupId, message: 'forged' } });
    stock.io.to(room).emit('stray', 'x'.repeat(100_000), { deep: [[[]]] });
    stock.io.in(room).disconnectSockets(true);
    stock.io.in(room).socketsLeave(room);
    await eventually(() =>
      expect(lines.map(({ fields }) => fields)).toContainEqual(
        expect.objectContaining({ anomaly: 'malformed_entry', groupId }),
      ),
    );
    await ann.send(groupId, 'after');
    await untilHas(bob, 2);
    expect(bob.messages(groupId).map(({ message }) => message)).toEqual(['before', 'after']);
    expect(isDense(bob.seqs(groupId))).toBe(true);
    expect(bob.arrivals.map(({ event }) => event)).not.toContain('stray');
    expect([ann.socket.connected, bob.socket.connected]).toEqual([true, true]);
  }));

test("a stock server reaches a user's devices through the room of that user", () =>
  withNeighbours(async ({ service, stock }) => {
    const device = await service.device('ann');
    const channelRoom = numberedTags.userRoom(userIdSchema.parse('ann'));
    await eventually(() => {
      stock.io.to(channelRoom).emit('announcement', { text: 'hello' });
      expect(device.pushes('announcement')).toContainEqual({ text: 'hello' });
    });
  }));
