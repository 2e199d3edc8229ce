/** What a device gets of its node's own messages while answers, publishes or both are late or lost. Redis is real. */
import {
  asService,
  eventually,
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Service } from '../support/cluster/service.ts';
import { type Device, isDense } from '../support/devices/device.ts';

const room = 'room:own';
const prefix = 'own';
/** Entries of the room before a test begins: one for each member. */
const entriesBefore = 3;

let redis: RedisServer;
let proxy: FaultProxy;
let here: Service;
let ann: Device;
let bob: Device;
beforeEach(async () => {
  redis = await startRedis();
  proxy = await startFaultProxy({ targetPort: redis.port });
  here = await Service.start('redis', {
    redisUrl: asService(proxy.url),
    prefix,
    engineSettings: { ratePerSec: 10_000, rateBurst: 10_000 },
  });
  await here.plenum.groups.create({ groupId: room, groupType: 'strict_private', creatorId: 'ann' });
  for (const userId of ['bob', 'away']) await here.plenum.groups.join({ groupId: room, userId, admit: true });
  ann = await here.device('ann');
  bob = await here.device('bob');
  for (const device of [ann, bob]) await device.until('subscribed', { groups: [{ group_id: room }] });
});
afterEach(async () => {
  await here[Symbol.asyncDispose]();
  await proxy.stop();
  await redis.stop();
});

/** Sends without waiting. Acks and own copies are recorded in the order in which they arrive. */
function sendInOrder(count: number, first = 0): string[] {
  const order: string[] = [];
  ann.socket.on('relay_message', (push) => order.push(`copy ${push.request_id}`));
  for (let i = first; i < first + count; i += 1) {
    const request_id = `r${i}`;
    const args = { group_id: room, message: `m${i}` };
    ann.socket.emit('request', { request_type: 'relay_msg', request_id, args }, () =>
      order.push(`ack ${request_id}`),
    );
  }
  return order;
}

const texts = (device: Device) => device.messages(room).map(({ message }) => message);
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

/** Entries of the room in Redis, whatever reaches the node. */
async function stored(): Promise<number> {
  const client = new Redis(redis.url);
  const [key = ''] = await client.keys(`${prefix}:*log:${room}`);
  const count = await client.xlen(key);
  client.disconnect();
  return count;
}

async function expectAckFirst(order: readonly string[], count: number): Promise<void> {
  await eventually(() => expect(order).toHaveLength(2 * count));
  for (let i = 0; i < count; i += 1) {
    expect(order.indexOf(`ack r${i}`)).toBeGreaterThanOrEqual(0);
    expect(order.indexOf(`ack r${i}`)).toBeLessThan(order.indexOf(`copy r${i}`));
  }
}

async function expectAll(count: number): Promise<void> {
  await eventually(() => {
    for (const device of [ann, bob]) expect(texts(device)).toEqual(numbered(count));
  });
  for (const device of [ann, bob]) expect(isDense(device.seqs(room))).toBe(true);
}

test.each([
  ['nothing is late', null],
  ['publishes are late', /plenum-subscriber/],
  ['answers are late', /plenum-command/],
])('when %s, the ack of each message precedes its own copy, and all get it once', async (_, late) => {
  if (late !== null) proxy.pauseDownstream(late);
  const order = sendInOrder(40);
  await expectAckFirst(order, 40);
  await expectAll(40);
  proxy.resumeDownstream();
  await here.rest('POST', `/v1/groups/${room}/messages`, { body: { from_user_id: 'bob', message: 'm40' } });
  await expectAll(41);
});

test('messages over REST, also of a sender without a device, need no publish', async () => {
  proxy.pauseDownstream(/plenum-subscriber/);
  for (const [i, from_user_id] of ['bob', 'away'].entries()) {
    const body = { from_user_id, message: `m${i}` };
    expect(await here.rest('POST', `/v1/groups/${room}/messages`, { body })).toMatchObject({ status: 200 });
  }
  await expectAll(2);
  proxy.resumeDownstream();
});

test('messages whose publishes are lost are delivered, and so are later ones', async () => {
  proxy.refuse(true);
  proxy.cutAll(/plenum-subscriber/);
  const order = sendInOrder(10);
  await expectAckFirst(order, 10);
  await expectAll(10);
  proxy.refuse(false);
  await using there = await Service.start('redis', { redisUrl: redis.serviceUrl, prefix });
  const other = await there.device('bob');
  await other.until('subscribed', { groups: [{ group_id: room }] });
  await other.must('relay_msg', { group_id: room, message: 'm10' });
  await expectAll(11);
});

test('messages whose answers and publishes are lost are stored once and delivered once', async () => {
  proxy.pauseDownstream();
  const asked = Array.from({ length: 5 }, (_, i) => ann.send(room, `m${i}`, `r${i}`));
  await eventually(async () => expect(await stored()).toBe(entriesBefore + 5));
  expect(texts(ann)).toEqual([]);
  proxy.cutAll();
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ success: true });
  await expectAll(5);
  expect(await stored()).toBe(entriesBefore + 5);
});

test('a message of another node in between is not passed, and is found when its publish was lost', async () => {
  await using there = await Service.start('redis', { redisUrl: redis.serviceUrl, prefix });
  const other = await there.device('bob');
  await other.until('subscribed', { groups: [{ group_id: room }] });
  proxy.refuse(true);
  proxy.cutAll(/plenum-subscriber/);
  await other.must('relay_msg', { group_id: room, message: 'm0' }, 'r0');
  const order = sendInOrder(1, 1);
  await eventually(() => expect(order).toEqual(['ack r1', 'copy r0', 'copy r1']));
  await expectAll(2);
  proxy.refuse(false);
});

test.each(['kick', 'leave', 'mute'] as const)(
  'a member whose %s precedes an own message gets what it may, in order',
  async (change) => {
    await using there = await Service.start('redis', { redisUrl: redis.serviceUrl, prefix });
    proxy.pauseDownstream(/plenum-subscriber/);
    const target = { groupId: room, userId: 'bob' };
    const { groups } = there.plenum;
    const outcome = await {
      kick: () => groups.kick({ ...target, actorId: 'ann' }),
      leave: () => groups.leave(target),
      mute: () => groups.mute({ ...target, actorId: 'ann', forMs: 60_000 }),
    }[change]();
    expect(outcome).toMatchObject({ ok: true });
    expect(await ann.send(room, 'm0')).toMatchObject({ success: true });
    await eventually(() => expect(texts(ann)).toEqual(['m0']));
    proxy.resumeDownstream();
    expect(await ann.send(room, 'm1')).toMatchObject({ success: true });
    await eventually(() => expect(texts(ann)).toEqual(['m0', 'm1']));
    const isIn = change === 'mute';
    await eventually(() => expect(bob.pushes('group_event')).toHaveLength(1));
    await eventually(() => expect(texts(bob)).toEqual(isIn ? ['m0', 'm1'] : []));
    for (const device of [ann, bob]) expect(isDense(device.seqs(room))).toBe(true);
  },
);
