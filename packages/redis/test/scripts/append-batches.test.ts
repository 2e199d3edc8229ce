/** The messages of one tick go to Redis together, and each is judged, answered and published as if it had come alone. */
import { type AppendOutcome, type PlenumError, partitionOf } from '@plenum/core';
import { type GroupId, groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  joinCommand,
  kickCommand,
  messageDraft,
  muteCommand,
  startOneShardCluster,
} from '@plenum/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startEngine } from '../start-engine.ts';
import { onEveryRedis, type Stage } from './stage.ts';

/** Groups of one partition, so that a Cluster too has their messages in one script. */
const ids = Array.from({ length: 4000 }, (_, n) => groupIdSchema.parse(`g${n}`));
const inOnePartition = ids.filter((id) => partitionOf(id) === partitionOf(groupIdSchema.parse('g0')));
/** The last one does not exist. */
const [first, second, third, nowhere] = inOnePartition;
if (first === undefined || second === undefined || third === undefined || nowhere === undefined) {
  throw new Error('too few groups in the partition');
}
const groups: readonly GroupId[] = [first, second, third];

type Given = Parameters<typeof messageDraft>[0];
type Answer = AppendOutcome | PlenumError;

/** A draft that replies to the entry with a seq, if it is a message by then. */
interface Replying extends Given {
  readonly metadata: string | null;
  readonly replySeq: number | null;
  readonly mentions: readonly string[];
  readonly expiresInMs: number | null;
}

async function inStage(stage: Stage, drafts: readonly Replying[]): Promise<readonly Given[]> {
  const heads = await stage.log.heads(groups);
  return drafts.map(({ metadata, replySeq, mentions: names, expiresInMs, ...draft }) => {
    const mentions = userIdSchema.array().parse(names);
    const epoch = heads.get(groupIdSchema.parse(draft.groupId))?.epoch ?? '';
    const replyTo = replySeq === null ? null : `${epoch}-${replySeq}`;
    const isPlain = metadata === null && replyTo === null && mentions.length === 0 && expiresInMs === null;
    const isOpen = expiresInMs !== null && draft.message === 'hello';
    // Epochs differ between the stages, so the payload is named by what does not.
    const payloadHash = `${draft.message}${metadata}${replySeq}${mentions.join(' ')}${expiresInMs}`;
    return isPlain
      ? draft
      : { ...draft, payloadHash, extras: { metadata, replyTo, mentions, isOpen, expiresInMs } };
  });
}

/** Sends all messages in one tick. @returns the answers, and the order in which they came */
async function sendTogether(stage: Stage, drafts: readonly Given[]) {
  const answers: Answer[] = [];
  const order: number[] = [];
  for (const [at, draft] of drafts.entries()) {
    stage.log.appendWith(messageDraft(draft), (answer) => {
      answers[at] = answer;
      order.push(at);
    });
  }
  await eventually(() => expect(order).toHaveLength(drafts.length));
  return { answers, order };
}

async function sendAlone(stage: Stage, drafts: readonly Given[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const draft of drafts) {
    answers.push(await stage.log.append(messageDraft(draft)).catch((error: PlenumError) => error));
  }
  return answers;
}

/** Without what differs from run to run: epochs and times. */
function shown(answer: Answer): string {
  if (answer instanceof Error) return answer.message;
  if (answer.type === 'refused') return answer.failure.code;
  const { isDuplicate, seq, recipientsCount, mentionsDropped = [] } = answer;
  return [isDuplicate ? 'again' : 'new', seq, recipientsCount, ...mentionsDropped].join(' ');
}

const plain = (wire: string): string =>
  wire
    .replace(/[0-9a-f]{16}/g, 'epoch')
    .replace(/"(expires_at|timestamp)":"[^"]+"/g, '')
    .replace(/ \d{13} /, ' ');

async function prepare(stage: Stage): Promise<void> {
  for (const groupId of groups) {
    await stage.do(createCommand({ groupId, actor: 'owner', groupType: 'strict_private' }));
    for (const userId of ['ann', 'silent']) {
      await stage.do(joinCommand({ groupId, userId, actor: '$service', admit: true }));
    }
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'silent' }));
  }
}

async function logOf(stage: Stage, groupId: GroupId): Promise<readonly string[]> {
  const range = await stage.log.after(groupId, 0, 1000);
  return (range?.entries ?? []).map(({ wire }) => plain(wire.toString()));
}

const anyDraft = fc.record({
  groupId: fc.constantFrom(...groups, nowhere),
  sender: fc.constantFrom('owner', 'ann', 'silent', 'stranger'),
  requestId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'a "b\\'),
  message: fc.constantFrom('hello', '💬 "', 'x'.repeat(2000)),
  metadata: fc.constantFrom(null, null, '{"a":1}'),
  replySeq: fc.constantFrom(null, null, null, 1, 5, 6, 7),
  mentions: fc.constantFrom([], [], ['ann'], ['stranger', 'silent'], ['x', 'owner', 'y']),
  expiresInMs: fc.constantFrom(null, null, 60_000),
});

onEveryRedis((open) => {
  test('a batch is answered, stored and published as its messages would be one by one', async () => {
    const settings = {
      ...{ ratePerSec: 0.001, rateBurst: 3, roomQueueLimit: 9 },
      ...{ isOutboxWritten: true, isQueueCounted: true },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(anyDraft, { minLength: 1, maxLength: 70 }), async (drafts) => {
        const [batched, alone] = [open({ settings }), open({ settings })];
        for (const stage of [batched, alone]) await prepare(stage);
        const heard = [await batched.listenTo(groups), await alone.listenTo(groups)];
        const { answers, order } = await sendTogether(batched, await inStage(batched, drafts));
        const expected = await sendAlone(alone, await inStage(alone, drafts));
        expect(answers.map(shown)).toEqual(expected.map(shown));
        expect(order).toEqual(drafts.map((_, at) => at));
        for (const groupId of groups) {
          expect(await logOf(batched, groupId)).toEqual(await logOf(alone, groupId));
          const [one, other] = heard.map(({ of }) => of(groupId).map(plain));
          expect(one).toEqual(other);
          for (const key of ['queued', 'outbox'] as const) {
            const lengths = [batched, alone].map(({ redis, keys }) =>
              key === 'queued' ? redis.hget(keys.queued(groupId), groupId) : redis.xlen(keys.outbox(groupId)),
            );
            const [mine, reference] = await Promise.all(lengths);
            expect(mine).toBe(reference);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a tick sends 32 messages per script, or 256 KiB', async () => {
    const stage = open({ settings: { ratePerSec: 1e6, rateBurst: 1e6 } });
    await prepare(stage);
    await sendTogether(stage, [{ groupId: first, sender: 'owner' }]);
    const runs = async (count: number, message: string) => {
      await stage.redis.config('RESETSTAT');
      const drafts = Array.from({ length: count }, () => ({ groupId: first, sender: 'owner', message }));
      const { answers } = await sendTogether(stage, drafts);
      expect(answers.filter((answer) => 'type' in answer && answer.type === 'appended')).toHaveLength(count);
      const stats = await stage.redis.info('commandstats');
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
    };
    expect(await runs(20, 'hello')).toBe(1);
    expect(await runs(10, 'x'.repeat(100_000))).toBe(4);
  });

  test('a group whose key has another type harms no other group of the batch', async () => {
    const stage = open();
    await prepare(stage);
    await stage.redis.unlink(stage.keys.members(second));
    await stage.redis.rpush(stage.keys.members(second), 'of no script');
    const drafts = [first, second, first, second].map((groupId) => ({ groupId, sender: 'owner' }));
    const { answers, order } = await sendTogether(stage, drafts);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(answers.map(shown)).toEqual(['new 5 3', 'Internal error', 'new 6 3', 'Internal error']);
  });

  test('a message that fails after it got its number gives the number to no other message', async () => {
    const stage = open({ settings: { isOutboxWritten: true, isQueueCounted: true } });
    await prepare(stage);
    // Redis cannot increment it, and the script notices that only after it has stored the message.
    await stage.redis.hset(stage.keys.queued(first), first, '1.5');
    const drafts = [first, second, first].map((groupId) => ({ groupId, sender: 'owner' }));
    const { answers } = await sendTogether(stage, drafts);
    expect(answers.map(shown)).toEqual(['Internal error', 'new 5 3', 'Internal error']);
    await stage.redis.hset(stage.keys.queued(first), first, '1');
    const after = await sendTogether(stage, [{ groupId: first, sender: 'owner' }]);
    expect(after.answers.map(shown)).toEqual(['new 7 3']);
    expect((await stage.log.after(first, 0, 100))?.entries.map(({ seq }) => seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test('a change that follows a message in the same tick comes after it', async () => {
    const stage = open();
    await prepare(stage);
    const sent = stage.log.append(messageDraft({ groupId: first, sender: 'ann' }));
    const kicked = stage.do(kickCommand({ groupId: first, actor: 'owner', userId: 'ann' }));
    expect(await sent).toMatchObject({ type: 'appended', seq: 5 });
    await kicked;
  });

  test('messages to a group whose mutes are due keep their order', async () => {
    const stage = open({ settings: { ratePerSec: 1e6, rateBurst: 1e6 } });
    await prepare(stage);
    await stage.do(muteCommand({ groupId: first, actor: 'owner', userId: 'ann', forMs: 1000 }));
    await stage.makeDue(first);
    // Some are sent before the first answer `due`, some while the mutes are being ended, some later.
    const sent: Promise<AppendOutcome>[] = [];
    for (let at = 0; at < 100; at += 1) {
      sent.push(stage.log.append(messageDraft({ groupId: first, sender: 'ann' })));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const seqs = (await Promise.all(sent)).map((answer) => answer.type === 'appended' && answer.seq);
    expect(seqs).toEqual(sent.map((_, at) => 7 + at));
  });

  test('a failover between two batches begins an epoch of its own in each group', async () => {
    const stage = open();
    await prepare(stage);
    for (const groupId of groups) await stage.redis.hset(stage.keys.group(groupId), 'hist', 'f'.repeat(40));
    const drafts = [...groups, ...groups].map((groupId) => ({ groupId, sender: 'owner' }));
    const { answers } = await sendTogether(stage, drafts);
    const epochs = answers.map((answer) => ('epoch' in answer ? answer.epoch : ''));
    expect(new Set(epochs).size).toBe(groups.length);
    expect(epochs.slice(0, groups.length)).toEqual(epochs.slice(groups.length));
    expect(answers.map(shown)).toEqual([...groups.map(() => 'new 5 3'), ...groups.map(() => 'new 6 3')]);
  });

  test('a batch that is sent with a clock an hour behind is sent again', async () => {
    const stage = open();
    await prepare(stage);
    stage.clock.observe(stage.clock.nowMs() - 3_600_000, stage.clock.monotonicMs());
    const { answers, order } = await sendTogether(stage, [
      { groupId: first, sender: 'owner' },
      { groupId: second, sender: 'owner' },
      { groupId: first, sender: 'ann' },
    ]);
    expect(answers.map(shown)).toEqual(['new 5 3', 'new 5 3', 'new 6 3']);
    expect(order).toEqual([0, 1, 2]);
  });
});

test('messages of one tick to groups of many slots of a Cluster go in one script per slot', async () => {
  await using server = await startOneShardCluster();
  await using started = await startEngine({ url: server.url });
  const { groups: store, log } = started.engine;
  const scattered = ids.slice(0, 8);
  for (const groupId of scattered) await store.change(createCommand({ groupId, actor: 'owner' }));
  const twice = [...scattered, ...scattered];
  const sent = await Promise.all(
    twice.map((groupId) => log.append(messageDraft({ groupId, sender: 'owner' }))),
  );
  expect(sent.map(shown)).toEqual(twice.map((_, at) => `new ${at < 8 ? 2 : 3} 1`));
});
