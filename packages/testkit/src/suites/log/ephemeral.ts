/** Ephemeral messages: judged and charged like those of the log, heard once, and kept nowhere. */
import type { EphemeralPush, LogEntry, Pushed, PushOutcome } from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  createCommand,
  deleteCommand,
  joinCommand,
  kickCommand,
  messageDraft,
  muteCommand,
  updateCommand,
} from '../../commands.ts';
import { eventually } from '../../eventually.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { feedListener } from '../../scene/feed-listener.ts';
import { beginOutbox } from '../../scene/outbox-scene.ts';
import { begin, expectAppended, type Scene, type SceneOptions, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
type Given = Partial<Parameters<typeof messageDraft>[0]>;
const draftOf = (sender: string, given: Given = {}) =>
  messageDraft({ groupId, isEphemeral: true, ...given, sender });
const push = (scene: Scene, sender: string, given: Given = {}) =>
  scene.engine.log.sendEphemeral(draftOf(sender, given));

function expectPushed(outcome: PushOutcome): Pushed {
  if (outcome.type === 'pushed') return outcome;
  throw new Error(`the message was refused: ${outcome.failure.code}`);
}

/** What the feeds of the group get, in order. */
async function listening(makeEngine: MakeEngine, options: SceneOptions = {}) {
  const scene = await begin(makeEngine, { users: { guest: 'active' }, ...options });
  const heard: EphemeralPush['payload'][] = [];
  const order: string[] = [];
  const see = (_: unknown, { seq }: LogEntry) => void order.push(`${seq}`);
  scene.engine.feeds.listen(
    feedListener({
      onEntry: see,
      onEphemeral: (_, { event, payload }) => {
        if (event !== 'ephemeral_message') return;
        heard.push(payload);
        order.push(`after ${payload.after_seq}`);
      },
    }),
  );
  await scene.engine.feeds.open(scene.groupId);
  return { scene, heard, order };
}

/** Everything that a message for the log changes. */
const kept = async (scene: Scene, readers: readonly UserId[]) => ({
  everything: await scene.everything(),
  marks: await Promise.all(readers.map((reader) => scene.engine.readMarks.of(scene.groupId, reader))),
  lists: await Promise.all(
    readers.map((reader) => scene.engine.groups.memberships(reader, { cursor: null, limit: 10 })),
  ),
});
const readers = ['owner', 'guest'].map((name) => userIdSchema.parse(name));

function pushing(makeEngine: MakeEngine): void {
  test('is heard once with all that it has, and changes nothing that is kept', async () => {
    const { scene, heard } = await listening(makeEngine, { users: { guest: 'active', waiting: 'active' } });
    await using _ = scene;
    await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'waiting' }));
    const target = expectAppended(await scene.send('guest'));
    const before = await kept(scene, readers);
    const metadata = { z: [1, { a: null }], '"timestamp":"': '\\ "reply":{}', ['__proto__']: 1, n: 1e21 };
    const message = 'a\n"☃" \u2028 \u0000 ,"timestamp":"';
    const mentions = ['stranger', 'guest', 'owner', 'waiting'].map((name) => userIdSchema.parse(name));
    const extras = { metadata: JSON.stringify(metadata), replyTo: target.messageId, mentions };
    const draft = draftOf('owner', { message, requestId: 'r "1"', extras });
    const sent = expectPushed(await scene.engine.log.sendEphemeral(draft));
    expect(sent).toEqual({
      ...{ type: 'pushed', isDuplicate: false, epoch: target.epoch, seq: target.seq, recipientsCount: 2 },
      timestampMs: expect.any(Number),
      mentionsDropped: ['stranger', 'waiting'],
    });
    await eventually(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toEqual({
      group_id: groupId,
      request_id: 'r "1"',
      from_user_id: 'owner',
      message,
      metadata: JSON.parse(extras.metadata),
      reply: { message_id: target.messageId, seq: target.seq, from_user_id: 'guest' },
      mentions: ['guest', 'owner'],
      timestamp: new Date(sent.timestampMs).toISOString(),
      epoch: target.epoch,
      after_seq: target.seq,
    });
    expect(await kept(scene, readers)).toEqual(before);
  });

  test('alone has nothing but its text, its sender and its place', async () => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    expect(expectPushed(await push(scene, 'guest'))).not.toHaveProperty('mentionsDropped');
    await eventually(() => expect(heard).toHaveLength(1));
    expect(Object.keys(heard[0] ?? {}).sort()).toEqual(
      ['after_seq', 'epoch', 'from_user_id', 'group_id', 'message', 'request_id', 'timestamp'].sort(),
    );
  });

  test('gives a retry the first answer, though its sender is gone, and is heard once', async () => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    const mentions = [userIdSchema.parse('stranger')];
    const draft = draftOf('guest', { extras: { mentions } });
    const first = expectPushed(await scene.engine.log.sendEphemeral(draft));
    await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
    const again = { ...first, isDuplicate: true };
    expect(await scene.engine.log.sendEphemeral(draft)).toEqual(again);
    expect(await scene.engine.log.admit(draft)).toEqual(again);
    await push(scene, 'owner', { message: 'last' });
    await eventually(() => expect(heard.at(-1)).toMatchObject({ message: 'last' }));
    expect(heard).toHaveLength(2);
  });

  test('and a message of the log share their request ids', async () => {
    await using scene = await begin(makeEngine);
    const conflict = { type: 'refused', failure: { code: 'conflict' } };
    const ids = { requestId: 'r' };
    expectPushed(await push(scene, 'owner', ids));
    const { append } = scene.engine.log;
    const stored = messageDraft({ groupId, sender: 'owner', ...ids });
    expect(await append.call(scene.engine.log, stored)).toEqual(conflict);
    expect(await push(scene, 'owner', { ...ids, message: 'other' })).toEqual(conflict);
    expectAppended(await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', requestId: 's' })));
    expect(await push(scene, 'owner', { requestId: 's' })).toEqual(conflict);
  });

  test('is new again in a group that was deleted and created since', async () => {
    const { scene, heard } = await listening(makeEngine);
    await using _ = scene;
    const draft = draftOf('owner');
    expectPushed(await scene.engine.log.sendEphemeral(draft));
    await scene.do(deleteCommand({ groupId, actor: 'owner' }));
    expect(verdict(await push(scene, 'owner'))).toBe('group_not_found');
    await scene.do(createCommand({ groupId, actor: 'owner' }));
    expect(await scene.engine.log.sendEphemeral(draft)).toMatchObject({ isDuplicate: false, seq: 1 });
    await eventually(() => expect(heard).toHaveLength(2));
  });

  test('keeps its place among the messages of its sender who waits for no answer', async () => {
    const { scene, order } = await listening(makeEngine);
    await using _ = scene;
    const sent = Array.from({ length: 15 }, (_, n) =>
      n % 2 === 0 ? scene.send('owner', `${n}`) : push(scene, 'owner', { message: `${n}` }),
    );
    await Promise.all(sent);
    await eventually(() => expect(order).toHaveLength(15));
    const expected = Array.from({ length: 15 }, (_, n) =>
      n % 2 === 0 ? `${3 + n / 2}` : `after ${2 + (n + 1) / 2}`,
    );
    expect(order).toEqual(expected);
  });
}

function judging(makeEngine: MakeEngine): void {
  test('is refused to whom a message is refused, by push and by admission', async () => {
    const users = { ann: 'active', silent: 'muted', waiting: 'pending', bad: 'banned' } as const;
    const { scene, heard } = await listening(makeEngine, { groupType: 'strict_private', users });
    await using _ = scene;
    const codes = ['muted', 'pending_membership', 'banned', 'not_a_member'];
    for (const [at, sender] of ['silent', 'waiting', 'bad', 'stranger'].entries()) {
      expect(await scene.engine.log.sendEphemeral(draftOf(sender))).toEqual(await scene.send(sender));
      expect(verdict(await push(scene, sender))).toBe(codes[at]);
      expect(await scene.engine.log.admit(draftOf(sender))).toMatchObject({ failure: { code: codes[at] } });
    }
    expect(verdict(await push(scene, 'ann', { groupId: 'nowhere' }))).toBe('group_not_found');
    await scene.do(updateCommand({ groupId, actor: 'owner', posting: 'admins' }));
    expect(verdict(await push(scene, 'ann'))).toBe('posting_restricted');
    expectPushed(await push(scene, 'owner'));
    await eventually(() => expect(heard).toHaveLength(1));
  });

  test('is pushed though the room queue is full', async () => {
    await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
    const { scene } = outbox;
    const isFull = { failure: { code: 'room_overloaded' } };
    for (let at = 0; at < 2; at += 1) expectAppended(await scene.send('owner'));
    expect(await scene.send('owner')).toMatchObject(isFull);
    expect(await scene.engine.log.admit(draftOf('owner'))).toMatchObject({ type: 'admitted' });
    expect(expectPushed(await push(scene, 'owner')).seq).toBe(3);
    expect(await scene.send('owner')).toMatchObject(isFull);
    expect((await outbox.read()).entries).toHaveLength(3);
  });

  test('takes a token, and begins an interval of slow mode, as a message of the log does', async () => {
    const engineSettings = { ratePerSec: 0.001, rateBurst: 2 };
    await using scene = await begin(makeEngine, { users: { guest: 'active' }, engineSettings });
    expectPushed(await push(scene, 'owner'));
    expect(verdict(await push(scene, 'owner', { extras: { replyTo: 'no-1' } }))).toBe('message_not_found');
    expectAppended(await scene.send('owner'));
    const refusal = await push(scene, 'owner');
    expect(refusal).toMatchObject({ failure: { code: 'rate_limited', retryAfterMs: expect.any(Number) } });
    expectPushed(await push(scene, 'owner', { isRateLimited: false }));
    await scene.do(updateCommand({ groupId, actor: 'owner', slowModeMs: 3_600_000 }));
    expectPushed(await push(scene, 'guest'));
    expect([verdict(await push(scene, 'guest')), verdict(await scene.send('guest'))]).toEqual([
      'slow_mode',
      'slow_mode',
    ]);
  });

  test('ends due mutes first, and takes its turn behind the messages that wait for that', async () => {
    const { scene, order } = await listening(makeEngine, { groupType: 'strict_private' });
    await using _ = scene;
    await scene.do(joinCommand({ groupId, userId: 'ann', actor: '$service', admit: true }));
    await scene.do(muteCommand({ groupId, actor: 'owner', userId: 'ann', forMs: 20 }));
    await scene.advance(40);
    const outcomes = await Promise.all([scene.send('ann'), push(scene, 'ann'), scene.send('ann')]);
    expect(outcomes.map(verdict)).toEqual(['done', 'done', 'done']);
    const seq = expectPushed(outcomes[1]).seq;
    await eventually(() => expect(order.slice(-3)).toEqual([`${seq}`, `after ${seq}`, `${seq + 1}`]));
  });

  test('replies only to what its sender may read', async () => {
    await using scene = await begin(makeEngine, { history: 'since_join', users: { guest: 'active' } });
    const early = expectAppended(await scene.send('guest'));
    await scene.do(joinCommand({ groupId, userId: 'late' }));
    const reply = { extras: { replyTo: early.messageId } };
    expect(verdict(await push(scene, 'late', reply))).toBe('message_not_found');
    expectPushed(await push(scene, 'guest', reply));
  });
}

export function ephemeral(makeEngine: MakeEngine): void {
  describe('an ephemeral message', () => {
    pushing(makeEngine);
    judging(makeEngine);
  });
}
