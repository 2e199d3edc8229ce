/**
 * The second seed's document, example by example: Chatx's join, subscribe, send and leave, the shape of its messages, its
 * limits and its token bucket; then its adapters, its middleware and its configuration. What it does behind a send is in
 * `seed-chatx-behind.test.ts`. Rooms are groups; the user who sends has to be a member (Chatx does not ask).
 */
import { eventually, freshPrefix, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import type { Adapters, Plenum } from 'plenum';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChat, user } from '../support/cluster/embedded-chat.ts';
import { room } from '../support/cluster/room.ts';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());
const at = (engine: EngineName) => ({ engine, redisUrl: redis.url });

/** Sends until one is refused; the clock of the engine runs on meanwhile. */
async function sendUntilRefused(chat: Plenum, userId: string, atMost: number) {
  for (let sent = 0; sent < atMost; sent += 1) {
    const outcome = await chat.send(room, userId, `message ${sent}`);
    if (!outcome.ok) return { sent, failure: outcome.failure };
  }
  return { sent: atMost, failure: null };
}

describe.each(engines)('seed chatx on %s', (engine) => {
  test('step 5: join, subscribe, send, leave', async () => {
    await using chat = await startChat(at(engine));
    expect(await chat.join(room, user)).toMatchObject({ ok: true, result: { status: 'active' } });
    const inbox: unknown[] = [];
    expect(await chat.subscribe(room, { onMessage: (message) => inbox.push(message) })).toMatchObject({
      ok: true,
    });
    expect(await chat.send(room, user, 'Hello everyone!')).toMatchObject({ ok: true });
    await eventually(() =>
      expect(inbox).toEqual([
        {
          message_id: expect.any(String),
          group_id: room,
          from_user_id: user,
          message: 'Hello everyone!',
          timestamp: expect.stringMatching(/Z$/),
          epoch: expect.any(String),
          seq: expect.any(Number),
        },
      ]),
    );
    expect(await chat.leave(room, user)).toMatchObject({ ok: true, result: { status: 'left' } });
    expect(await chat.send(room, user, 'gone')).toMatchObject({ failure: { code: 'not_a_member' } });
  });

  test('step 6: a channel joins on connect, replies ok or the reason, and relays the room', async () => {
    await using service = await Service.start(engine, { createOnJoin: 'public', event: 'new_message' });
    const first = await service.device('ann', { event: 'new_message' });
    const second = await service.device('bob', { event: 'new_message' });
    for (const channel of [first, second]) {
      expect(await channel.must('join_group', { group_id: room, ensure: true })).toMatchObject({
        status: 'active',
      });
    }
    expect(await first.send(room, 'Hello everyone!')).toMatchObject({ success: true });
    expect(await first.send(room, '')).toMatchObject({ success: false, code: 'invalid_content' });
    await second.until('relay_message', { result: { from_user_id: 'ann', message: 'Hello everyone!' } });
  });

  test('step 7: every subscriber gets each message once, whether it joined or only listens', async () => {
    await using chat = await startChat(at(engine));
    await chat.join(room, user);
    const views: string[][] = [[], [], []];
    for (const view of views)
      await chat.subscribe(room, { onMessage: ({ message }) => view.push(String(message)) });
    for (const text of ['one', 'two', 'three']) await chat.send(room, user, text);
    await eventually(() => {
      for (const view of views) expect(view).toEqual(['one', 'two', 'three']);
    });
  });

  test('an unsubscribed listener hears nothing more', async () => {
    await using chat = await startChat(at(engine));
    await chat.join(room, user);
    const heard: string[] = [];
    const other: string[] = [];
    const subscription = await chat.subscribe(room, {
      onMessage: ({ message }) => heard.push(String(message)),
    });
    await chat.subscribe(room, { onMessage: ({ message }) => other.push(String(message)) });
    await chat.send(room, user, 'before');
    await eventually(() => expect(heard).toEqual(['before']));
    if (subscription.ok) subscription.result.unsubscribe();
    await chat.send(room, user, 'after');
    await eventually(() => expect(other).toEqual(['before', 'after']));
    expect(heard).toEqual(['before']);
  });

  test('the first to join a room creates it as its admin; without the option the room has to exist', async () => {
    await using chat = await startChat(at(engine));
    await chat.join(room, user);
    expect(await chat.groups.info({ groupId: room, includeMembers: true })).toMatchObject({
      result: { group_type: 'public', members: { [user]: { roles: ['admin'], status: 'active' } } },
    });
    await using strict = await startChat(at(engine), { createOnJoin: 'none' });
    expect(await strict.join(room, user)).toMatchObject({ failure: { code: 'group_not_found' } });
  });

  test('message_size_limit: 4096 bytes pass, 4097 do not, and bytes are counted, not characters', async () => {
    await using chat = await startChat(at(engine));
    await chat.join(room, user);
    expect(await chat.send(room, user, 'x'.repeat(4096))).toMatchObject({ ok: true });
    expect(await chat.send(room, user, 'x'.repeat(4097))).toMatchObject({
      failure: { code: 'message_too_large', details: { field: 'message', limit: 4096 } },
    });
    expect(await chat.send(room, user, 'é'.repeat(2048))).toMatchObject({ ok: true });
    expect(await chat.send(room, user, `${'é'.repeat(2048)}x`)).toMatchObject({
      failure: { code: 'message_too_large' },
    });
    await using small = await startChat(at(engine), { messageMaxBytes: 5 });
    await small.join(room, user);
    expect(await small.send(room, user, '12345')).toMatchObject({ ok: true });
    expect(await small.send(room, user, '123456')).toMatchObject({ failure: { details: { limit: 5 } } });
  });

  test('only valid UTF-8 is relayed, and nothing is lost or changed on the way', async () => {
    await using chat = await startChat(at(engine));
    await chat.join(room, user);
    const heard: string[] = [];
    await chat.subscribe(room, { onMessage: ({ message }) => heard.push(String(message)) });
    for (const broken of ['\ud800', 'a\udc00b', '\udfff\ud800']) {
      expect(await chat.send(room, user, broken)).toMatchObject({
        failure: { code: 'invalid_utf8', details: { field: 'message' } },
      });
    }
    // No PostgreSQL keeps it: what is accepted can be archived.
    expect(await chat.send(room, user, 'a\u0000b')).toMatchObject({ failure: { code: 'invalid_content' } });
    const whole = ['😀 \u0001 \u2028 "quoted" \\ \n', '[]', '{"a":[]}', '﷽', '\u{10ffff}'];
    for (const text of whole) expect(await chat.send(room, user, text)).toMatchObject({ ok: true });
    await eventually(() => expect(heard).toEqual(whole));
  });

  test('rate_limit: a burst of 20, then one per 100 ms, by user and by room', async () => {
    await using chat = await startChat(at(engine));
    for (const who of [user, 'other']) await chat.join(room, who);
    await chat.join('room:second', user);
    const { sent, failure } = await sendUntilRefused(chat, user, 1000);
    expect(sent).toBeGreaterThanOrEqual(20);
    expect(failure).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(failure?.retryAfterMs).toBeGreaterThanOrEqual(1);
    expect(failure?.retryAfterMs).toBeLessThanOrEqual(100);
    expect(await chat.send(room, 'other', 'mine is full')).toMatchObject({ ok: true });
    expect(await chat.send('room:second', user, 'so is this one')).toMatchObject({ ok: true });
    await eventually(async () => expect(await chat.send(room, user, 'again')).toMatchObject({ ok: true }));
  });
});

test('the bucket is one for the whole cluster: two nodes share it', async () => {
  const prefix = freshPrefix();
  // Nothing to speak of comes in while they run, however long that takes.
  const options = { prefix, engineSettings: { ratePerSec: 0.001, rateBurst: 20 } };
  await using first = await startChat(at('redis'), options);
  await using second = await startChat(at('redis'), options);
  await first.join(room, user);
  const [a, b] = await Promise.all([sendUntilRefused(first, user, 40), sendUntilRefused(second, user, 40)]);
  expect(a.failure?.code).toBe('rate_limited');
  expect(b.failure?.code).toBe('rate_limited');
  expect(a.sent + b.sent).toBe(20);
});

/** Step 2: the application's own module delegates to the library. */
const moduleOf = (chat: Plenum) => ({
  join: chat.join,
  leave: chat.leave,
  subscribe: chat.subscribe,
  sendMessage: (roomId: string, userId: string, content: string) => chat.send(roomId, userId, content),
});

/** Step 4, word for word but for the language. */
const adapters: Adapters = {
  moderation: {
    check: async ({ message }) =>
      message.includes('spam') ? { isAllowed: false, reason: 'blocked' } : { isAllowed: true },
  },
  auth: {
    authorize: async (userId) =>
      userId === user ? { isAllowed: true } : { isAllowed: false, reason: 'unauthorized' },
  },
};

describe.each(engines)('seed chatx, part two, on %s', (engine) => {
  test('steps 1 to 3: the library without adapters is a working chat behind an application module', async () => {
    await using chat = await startChat(at(engine));
    const myChat = moduleOf(chat);
    const inbox: string[] = [];
    await myChat.join(room, user);
    await myChat.subscribe(room, { onMessage: ({ message }) => inbox.push(String(message)) });
    expect(await myChat.sendMessage(room, user, 'spam is allowed here')).toMatchObject({ ok: true });
    await eventually(() => expect(inbox).toEqual(['spam is allowed here']));
    expect(await myChat.leave(room, user)).toMatchObject({ ok: true });
  });

  test('step 4: moderation blocks before any member sees it, with the reason of the adapter', async () => {
    await using chat = await startChat(at(engine), { adapters });
    const inbox: string[] = [];
    await chat.join(room, user);
    await chat.subscribe(room, { onMessage: ({ message }) => inbox.push(String(message)) });
    expect(await chat.send(room, user, 'buy spam')).toMatchObject({
      ok: false,
      failure: { code: 'moderation_blocked', details: { reason: 'blocked' } },
    });
    expect(await chat.send(room, user, 'hello')).toMatchObject({ ok: true });
    await eventually(() => expect(inbox).toEqual(['hello']));
  });

  test('step 4: auth decides who may join and send', async () => {
    await using chat = await startChat(at(engine), { adapters });
    await chat.join(room, user);
    const unauthorized = {
      ok: false,
      failure: { code: 'unauthorized', details: { reason: 'unauthorized' } },
    };
    expect(await chat.join(room, 'nobody')).toMatchObject(unauthorized);
    await chat.groups.join({ groupId: room, userId: 'nobody', admit: true });
    expect(await chat.send(room, 'nobody', 'hello')).toMatchObject(unauthorized);
  });

  test('step 8: everything that the seed tunes is tuned together', async () => {
    await using chat = await startChat(at(engine), {
      adapters,
      middlewares: ['auth', 'rate_limit', 'moderation'],
      messageMaxBytes: 16,
      engineSettings: { roomQueueLimit: 2048, ratePerSec: 0.001, rateBurst: 2 },
      delivery: { batchSize: 100, tickMs: 100, maxRetries: 5, retryBaseMs: 100 },
      clusterStrategy: 'local',
    });
    await chat.join(room, user);
    expect(await chat.send(room, user, 'x'.repeat(17))).toMatchObject({
      failure: { code: 'message_too_large', details: { limit: 16 } },
    });
    expect(await chat.send(room, user, 'spam')).toMatchObject({ failure: { code: 'moderation_blocked' } });
    expect(await chat.send(room, user, 'hello')).toMatchObject({ ok: true });
    expect(await chat.send(room, user, 'again')).toMatchObject({ failure: { code: 'rate_limited' } });
  });

  test('a middleware of the application is in the chain where the configuration puts it', async () => {
    const seen: string[] = [];
    await using chat = await startChat(at(engine), {
      adapters,
      middlewares: ['auth', 'audit', 'rate_limit', 'moderation'],
      middleware: {
        audit: (context, next) => {
          seen.push(`${context.userId}: ${context.message}`);
          return next();
        },
      },
    });
    await chat.join(room, user);
    expect(await chat.send(room, user, 'spam')).toMatchObject({ failure: { code: 'moderation_blocked' } });
    expect(await chat.send(room, 'nobody', 'hello')).toMatchObject({ ok: false });
    expect(seen).toEqual([`${user}: spam`]);
  });
});
