/** A text in an outbox or among retries that is no entry of this version ends where an operator can see it. */
import { type DeadLetter, partitionOf } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DeliveryNode, DeliveryNodes } from './delivery-nodes.ts';

const groupId = groupIdSchema.parse('room');
const roomQueueLimit = 4;
let nodes: DeliveryNodes;
let redis: Redis;
let node: DeliveryNode | undefined;
beforeAll(async () => {
  nodes = await DeliveryNodes.start({ roomQueueLimit });
  redis = new Redis(nodes.server.url);
});
afterAll(async () => {
  redis.disconnect();
  await nodes[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.flushall();
  await nodes.create(groupId);
});
afterEach(() => node?.kill());

/** A key of the room's partition. */
const keyOf = (name: string) => `${nodes.prefix}:{p${partitionOf(groupId)}}:${name}`;
const letters = async (): Promise<readonly DeadLetter[]> =>
  (await nodes.engine.deadLetters.list({ cursor: null, limit: 10 })).rows;

/** Counted as a message, and then spoilt on the way. */
async function spoiltMessage(): Promise<void> {
  await nodes.send(groupId, 'spoilt');
  const last = (await redis.xrevrange(keyOf('outbox'), '+', '-', 'COUNT', 1))[0]?.[0] ?? '';
  await redis.xdel(keyOf('outbox'), last);
  await redis.xadd(keyOf('outbox'), '*', 'g', groupId, 'k', 'm', 'w', '{"later":"version"}');
}

test('it becomes a dead letter with its text and a reason, and its room keeps its full size', async () => {
  await nodes.send(groupId, 'one');
  await spoiltMessage();
  await nodes.send(groupId, 'three');
  expect(await nodes.send(groupId, 'too many')).toBe('room_overloaded');
  node = await nodes.node([groupId]);
  await eventually(async () => expect(await letters()).toHaveLength(1));
  expect(await letters()).toMatchObject([
    { kind: 'archive', groupId, entry: null, raw: '{"later":"version"}', reason: 'unreadable', attempts: 0 },
  ]);
  await eventually(() => expect(nodes.savedOf(groupId)).toEqual([1, 2, 4]));
  expect(await redis.hgetall(keyOf('queued'))).toEqual({});
  expect(await redis.xlen(keyOf('outbox'))).toBe(0);
});

test('an entry without a known field is shown as it is', async () => {
  await redis.xadd(keyOf('outbox'), '*', 'of', 'another', 'program', 'here');
  node = await nodes.node([groupId]);
  await eventually(async () => expect(await letters()).toHaveLength(1));
  expect(await letters()).toMatchObject([
    { groupId: null, entry: null, raw: 'of another program here', reason: 'unreadable' },
  ]);
});

test('an archive that is down does not keep it waiting', async () => {
  await redis.xtrim(keyOf('outbox'), 'MAXLEN', 0);
  await redis.xadd(keyOf('outbox'), '*', 'g', groupId, 'k', 'm', 'w', 'nonsense');
  await nodes.send(groupId, 'behind it');
  nodes.archive.fault('throw');
  node = await nodes.node([groupId]);
  await eventually(async () => expect(await letters()).toHaveLength(1));
  nodes.archive.fault(null);
});

test('one that is sent again comes back while it cannot be read, and can be deleted', async () => {
  await spoiltMessage();
  node = await nodes.node([groupId]);
  const [first] = await eventually(async () => {
    const found = await letters();
    expect(found).toHaveLength(1);
    return found;
  });
  expect(await nodes.engine.deadLetters.retry(first?.id ?? '')).toBe(true);
  const again = await eventually(async () => {
    const found = (await letters()).find(({ id }) => id !== first?.id);
    expect(found).toBeDefined();
    return found;
  });
  expect(again).toMatchObject({ groupId, entry: null, raw: '{"later":"version"}', reason: 'unreadable' });
  expect(await redis.zcard(keyOf('retries:archive'))).toBe(0);
  expect(await nodes.engine.deadLetters.delete(again?.id ?? '')).toBe(true);
  expect(await letters()).toEqual([]);
});

test('one that can be read by now is taken once when sent again, and does not change the count', async () => {
  node = await nodes.node([groupId], { settings: { maxRetries: 0 } });
  await eventually(async () => expect(await redis.xlen(keyOf('outbox'))).toBe(0));
  nodes.archive.fault('throw');
  await nodes.send(groupId, 'refused');
  const [wire = ''] = (await redis.xrange(keyOf('outbox'), '-', '+')).flatMap(([, words]) =>
    words[words.indexOf('k') + 1] === 'm' ? [words[words.indexOf('w') + 1] ?? ''] : [],
  );
  const died = ['m', 'unreadable-1-0', 'a', '0', 'r', 'unreadable'];
  const later = wire
    .replace(/"message_id":"(\w+)-\d+"/, '"message_id":"$1-99"')
    .replace(/"seq":\d+/, '"seq":99');
  await redis.xadd(keyOf('dead_letters:archive'), '1-0', 'g', groupId, 'k', 'm', 'w', later, ...died);
  const refused: unknown = JSON.parse(wire).result.message_id;
  nodes.archive.refuse(String(refused));
  nodes.archive.fault(null);
  await eventually(async () => expect(await letters()).toHaveLength(2));
  const [readable] = await letters();
  expect(await nodes.engine.deadLetters.retry(readable?.id ?? '')).toBe(true);
  await eventually(() => expect(nodes.savedOf(groupId)).toContain(99));
  await eventually(async () => expect(await redis.zcard(keyOf('retries:archive'))).toBe(0));
  expect(nodes.savedOf(groupId).filter((seq) => seq === 99)).toEqual([99]);
  expect(await redis.hgetall(keyOf('queued'))).toEqual({ [groupId]: '1' });
});

test('a retry without any text is taken off the list, and seen', async () => {
  await redis.zadd(keyOf('retries:archive'), 1, 'some-1');
  await redis.zadd(keyOf('retries:archive'), 2, 'some-2');
  await redis.hset(keyOf('retrying:archive'), 'some-2', 'nonsense');
  node = await nodes.node([groupId]);
  await eventually(async () => expect(await redis.zcard(keyOf('retries:archive'))).toBe(0));
  expect(await letters()).toMatchObject([{ messageId: 'some-2', raw: 'nonsense', reason: 'unreadable' }]);
});
