/** The entries that the log makes of the answers to its own appends, while either connection is late or cut. */
import { type LogEntry, type MessageExtras, messageId } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  type FaultProxy,
  feedListener,
  joinCommand,
  messageDraft,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine } from '../start-engine.ts';

const groupId = groupIdSchema.parse('room:one');

let redis: RedisServer;
let proxy: FaultProxy;
let admin: Redis;
beforeAll(async () => {
  redis = await startRedis();
  proxy = await startFaultProxy({ targetPort: redis.port });
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await proxy.stop();
  await redis.stop();
});

/** An engine behind the proxy whose listener takes every own entry; everything that it gets, in order. */
async function listening() {
  const started = await startEngine({ url: proxy.url, settings: { ratePerSec: 10_000, rateBurst: 10_000 } });
  const { engine, prefix } = started;
  const own: LogEntry[] = [];
  const heard: number[] = [];
  const isOwn = (seq: number) => own.some((entry) => entry.seq === seq);
  engine.feeds.listen(
    feedListener({
      onEntry: (_, { seq }) => heard.push(seq),
      onOwnEntry: (_, entry) => own.push(entry),
      takeOwnPublish: (_, epoch, seq) => isOwn(seq) && own[0]?.epoch === epoch,
    }),
  );
  await engine.feeds.open(groupId);
  await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  await eventually(() => expect(heard).toEqual([1]));
  const append = (requestId: string, message = requestId, sender = 'owner') =>
    engine.log.append(messageDraft({ groupId, sender, requestId, message }));
  const appendWith = (requestId: string, extras: Partial<MessageExtras>) =>
    engine.log.append(messageDraft({ groupId, sender: 'owner', requestId, extras }));
  const join = (userId: string) => engine.groups.change(joinCommand({ groupId, userId }));
  /** Resolves when Redis has this many entries, whatever reaches the node. */
  const untilStored = (count: number) =>
    eventually(async () => {
      const [key = ''] = await admin.keys(`${prefix}:*log:${groupId}`);
      expect(await admin.xlen(key)).toBe(count);
    });
  return {
    ...{ own, heard, append, appendWith, join, untilStored, log: engine.log, feeds: engine.feeds },
    ownSeqs: () => own.map(({ seq }) => seq),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

test('an entry made of an answer has the bytes of the stored one', async () => {
  await using node = await listening();
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 100,
  });
  const text = fc.string({ unit: 'binary' }).filter((given) => given.isWellFormed());
  const drafts = fc.uniqueArray(fc.tuple(printable, text), { selector: ([id]) => id, maxLength: 40 });
  const at3 = [['owner'], ['stranger', 'owner', 'x'], ['x']].map((names) =>
    userIdSchema.array().parse(names),
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(drafts, async (given) => {
      round += 1;
      const earlier = node.own.at(-1);
      const replyTo = earlier === undefined ? null : messageId(earlier.epoch, earlier.seq);
      const mentions = at3[round % 3] ?? [];
      await Promise.all(
        given.flatMap(([id, message], at) => [
          node.append(`${round} ${id}`, message),
          node.appendWith(`${round} with ${at}`, {
            metadata: JSON.stringify({ message }),
            replyTo,
            mentions,
            isOpen: at % 3 === 0,
            expiresInMs: at % 2 === 0 ? null : 60_000,
          }),
        ]),
      );
    }),
    { numRuns: 30 },
  );
  const head = (await node.log.heads([groupId])).get(groupId);
  let storedSeq = 1;
  while (storedSeq < (head?.seq ?? 0)) {
    const entries = (await node.log.after(groupId, storedSeq, 500))?.entries ?? [];
    const seqs = new Set(entries.map(({ seq }) => seq));
    const answered = node.own.filter(({ seq }) => seqs.has(seq));
    expect(answered.length).toBeGreaterThan(0);
    expect(entries).toEqual(expect.arrayContaining(answered));
    storedSeq = entries.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  }
});

test('the publish of an entry that was taken is heard no more, every other one is', async () => {
  await using node = await listening();
  proxy.pauseDownstream(/plenum-subscriber/);
  await Promise.all(['a', 'b'].map((id) => node.append(id)));
  expect(node.ownSeqs()).toEqual([2, 3]);
  node.own.shift();
  proxy.resumeDownstream();
  await node.join('guest');
  await eventually(() => expect(node.heard).toEqual([1, 2, 4]));
});

test('neither a duplicate nor a refused message is an own entry', async () => {
  await using node = await listening();
  proxy.pauseDownstream(/plenum-subscriber/);
  expect(await node.append('r1')).toMatchObject({ isDuplicate: false });
  expect(await node.append('r1')).toMatchObject({ isDuplicate: true });
  expect(await node.append('r1', 'other')).toMatchObject({ type: 'refused' });
  expect(await node.append('r2', 'hello', 'stranger')).toMatchObject({ type: 'refused' });
  expect(node.ownSeqs()).toEqual([2]);
});

test('a send that its publish has resolved is not delivered again by the answer', async () => {
  await using node = await listening();
  proxy.pauseDownstream(/plenum-command/);
  const outcome = await node.append('r1');
  expect(outcome).toMatchObject({ isDuplicate: false, seq: 2 });
  expect([node.heard, node.own]).toEqual([[1, 2], []]);
  proxy.resumeDownstream();
  // Its answer comes over the same connection, after the late one.
  await node.append('r2');
  expect([...node.ownSeqs(), ...node.heard].filter((seq) => seq === 2)).toEqual([2]);
});

test('an append that is sent again after a reconnect is a duplicate and is not delivered', async () => {
  await using node = await listening();
  proxy.pauseDownstream(/plenum-(subscriber|command)/);
  const append = node.append('r1');
  await node.untilStored(2);
  proxy.cutAll(/plenum-command/);
  expect(await append).toMatchObject({ type: 'appended', isDuplicate: true, seq: 2 });
  expect(node.own).toEqual([]);
  proxy.resumeDownstream();
  await eventually(() => expect(node.heard).toEqual([1, 2]));
});

test('the sender is answered before its entry is delivered, whatever is late', async () => {
  await using node = await listening();
  for (const [i, late] of [/plenum-subscriber/, /plenum-command/].entries()) {
    proxy.pauseDownstream(late);
    const seen: string[] = [];
    node.feeds.listen(
      feedListener({
        onEntry: () => seen.push('entry'),
        onOwnEntry: () => seen.push('entry'),
        takeOwnPublish: () => false,
      }),
    );
    const draft = messageDraft({ groupId, sender: 'owner', requestId: `r${i}` });
    node.log.appendWith(draft, () => seen.push('answer'));
    await eventually(() => expect(seen).toEqual(['answer', 'entry']));
    proxy.resumeDownstream();
    await node.join(`guest-${i}`);
    await eventually(() => expect(seen.length).toBeGreaterThan(2));
  }
});

test('a group whose feed is closed gets no own entry', async () => {
  await using node = await listening();
  await node.feeds.close(groupId);
  expect(await node.append('r1')).toMatchObject({ type: 'appended' });
  expect(node.own).toEqual([]);
});

test('a listener that throws takes no answer from the other messages of the batch', async () => {
  await using node = await listening();
  node.feeds.listen(
    feedListener({
      onOwnEntry: () => {
        throw new Error('a fault of the listener');
      },
    }),
  );
  const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => node.append(id)));
  expect(outcomes.map((outcome) => outcome.type)).toEqual(['appended', 'appended', 'appended']);
});
