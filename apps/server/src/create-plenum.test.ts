import { eventually } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPlenum, type Plenum } from './create-plenum.ts';
import { createLogger } from './logging.ts';

let plenum: Plenum;
beforeEach(async () => {
  plenum = await createPlenum({ logger: createLogger({ level: 'silent', isDev: false, nodeId: 'test' }) });
});
afterEach(() => plenum.close());

const createGroup = (groupType: 'public' | 'strict_private' = 'public') =>
  plenum.groups.create({ groupId: 'g', groupType, creatorId: 'ada' });

test('without options it is a process of its own: no listener, groups and messages in memory', async () => {
  expect(plenum.url).toBeNull();
  expect(await createGroup()).toMatchObject({ ok: true, result: { group_id: 'g', seq: 1 } });
  expect(await plenum.send('g', 'ada', 'hello')).toMatchObject({ ok: true, result: { seq: 2 } });
});

test('a listener hears every entry while it is subscribed, and nothing after it unsubscribes', async () => {
  await createGroup();
  const heard: { readonly message?: string | undefined }[] = [];
  const joined: string[] = [];
  const subscription = await plenum.subscribe('g', {
    onMessage: (message) => heard.push(message),
    onEvent: (event) => joined.push(event.user_id),
  });
  if (!subscription.ok) throw new Error(subscription.failure.code);
  await plenum.groups.join({ groupId: 'g', userId: 'bob' });
  await plenum.send('g', 'bob', 'first');
  await eventually(() => expect(heard.map(({ message }) => message)).toEqual(['first']));
  expect(joined).toEqual(['bob']);
  subscription.result.unsubscribe();
  await plenum.send('g', 'bob', 'second');
  expect(await plenum.groups.info({ groupId: 'g' })).toMatchObject({ ok: true, result: { seq: 4 } });
  expect(heard).toHaveLength(1);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('of the caller');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('of the caller'))],
])('a listener that %s affects no other', async (_, onMessage) => {
  await createGroup();
  const heard: string[] = [];
  await plenum.subscribe('g', { onMessage });
  await plenum.subscribe('g', { onMessage: ({ message }) => heard.push(String(message)) });
  await plenum.send('g', 'ada', 'hello');
  await eventually(() => expect(heard).toEqual(['hello']));
});

test('the same request id sends once', async () => {
  await createGroup();
  const first = await plenum.send('g', 'ada', 'hello', { requestId: 'r1' });
  expect(await plenum.send('g', 'ada', 'hello', { requestId: 'r1' })).toEqual(first);
});

test('members are accepted, muted, unmuted, rejected and kicked, by a user or by the service', async () => {
  const { groups } = plenum;
  await createGroup('strict_private');
  for (const userId of ['bob', 'cyd']) await groups.join({ groupId: 'g', userId });
  const onBob = { groupId: 'g', userId: 'bob' };
  expect(await groups.accept({ ...onBob, actorId: 'ada' })).toMatchObject({ ok: true });
  expect(await groups.mute({ ...onBob, forMs: 60_000 })).toMatchObject({
    ok: true,
    result: { status: 'muted', muted_until: expect.any(String) },
  });
  expect(await plenum.send('g', 'bob', 'hello')).toMatchObject({ ok: false, failure: { code: 'muted' } });
  expect(await groups.unmute(onBob)).toMatchObject({ ok: true });
  expect(await groups.reject({ groupId: 'g', userId: 'cyd', reason: 'full' })).toMatchObject({ ok: true });
  expect(await groups.kick({ ...onBob, actorId: 'cyd' })).toMatchObject({
    ok: false,
    failure: { code: 'not_admin' },
  });
  expect(await groups.kick(onBob)).toMatchObject({ ok: true, result: { status: 'kicked' } });
  expect(await groups.join({ groupId: 'g', userId: 'dan', admit: true })).toMatchObject({
    result: { status: 'active' },
  });
  expect(await groups.members({ groupId: 'g' })).toMatchObject({
    ok: true,
    result: { members: [{ user_id: 'ada' }, { user_id: 'dan' }] },
  });
  expect(await groups.leave({ groupId: 'g', userId: 'dan' })).toMatchObject({ ok: true });
  expect(await groups.delete({ groupId: 'g' })).toMatchObject({ ok: true });
});

test('messages are changed and read by users and by the service', async () => {
  const { groups, messages, send } = plenum;
  await createGroup('public');
  await groups.join({ groupId: 'g', userId: 'bob' });
  const sent = await send('g', 'ada', 'first');
  const messageId = sent.ok ? sent.result.message_id : '';
  const on = { groupId: 'g', messageId };
  const changes: string[] = [];
  const listening = await plenum.subscribe('g', { onChange: ({ type }) => changes.push(type) });
  expect(await messages.edit({ ...on, userId: 'bob', message: 'mine' })).toMatchObject({
    failure: { code: 'not_author' },
  });
  const edit = { ...on, userId: 'ada', message: 'second', metadata: { a: 1 }, mentions: ['bob'] };
  expect(await messages.edit(edit)).toMatchObject({ ok: true, result: { edits: 1 } });
  const put = { ...on, userId: 'bob', reaction: '👍' };
  expect(await messages.react(put)).toMatchObject({ ok: true, result: { count: 1 } });
  expect(await messages.pin({ ...on, actorId: 'ada' })).toMatchObject({ ok: true });
  expect(await messages.get({ ...on, userId: 'bob' })).toMatchObject({
    ok: true,
    result: { message: 'second', metadata: { a: 1 }, reactions: { '👍': { count: 1, me: true } } },
  });
  const listed = await messages.reactions({ ...on, reaction: '👍', limit: 1 });
  expect(listed).toMatchObject({ result: { reactions: [{ user_id: 'bob', reaction: '👍' }] } });
  expect(await messages.unreact(put)).toMatchObject({ ok: true, result: { count: 0 } });
  expect(await messages.unpin(on)).toMatchObject({ ok: true, result: { status: 'unpinned' } });
  expect(await messages.delete({ ...on, reason: 'spam' })).toMatchObject({ ok: true });
  expect(await messages.get(on)).toMatchObject({ result: { deleted: true, deleted_by: '$service' } });
  const page = await messages.history({ groupId: 'g', userId: 'bob', after: 2, limit: 2 });
  expect(page).toMatchObject({ result: { entries: [{ deleted: true }, { type: 'edited' }] } });
  expect(await messages.search({ groupId: 'g', query: 'first' })).toMatchObject({
    failure: { code: 'unsupported_request' },
  });
  expect(changes).toEqual(['edited', 'reacted', 'pinned', 'unreacted', 'unpinned', 'deleted']);
  if (listening.ok) listening.result.unsubscribe();
});

test.each([
  [() => plenum.messages.get({ groupId: 'g', messageId: '' }), 'message_id'],
  [() => plenum.messages.edit({ groupId: 'g', messageId: 'e-1', userId: '', message: 'x' }), 'actor_id'],
  [() => plenum.groups.create({ groupId: '..', groupType: 'public', creatorId: 'ada' }), 'group_id'],
  [() => plenum.groups.join({ groupId: 'g', userId: '$service' }), 'actor_id'],
  [() => plenum.send('g', 'ada', 'hello', { requestId: '' }), 'request_id'],
  [() => plenum.subscribe('', {}), 'group_id'],
])('arguments are judged by the schemas of the protocol (%#)', async (call, field) => {
  expect(await call()).toMatchObject({ ok: false, failure: { code: 'invalid_args', details: { field } } });
});

test('without redisUrl or an engine the library warns that nothing is kept', async () => {
  const warned: string[] = [];
  const ignore = () => {};
  const logger = {
    ...{ debug: ignore, info: ignore, error: ignore },
    warn: (_: object, text?: string) => void warned.push(text ?? ''),
  };
  await (await createPlenum({ engine: 'memory', logger })).close();
  expect(warned).toEqual([]);
  await (await createPlenum({ logger })).close();
  expect(warned).toEqual(['there is no redisUrl: groups and messages are gone when the process ends']);
});

test('in client mode the direct API works and subscribe is refused', async () => {
  const client = await createPlenum({ mode: 'client', engine: 'memory' });
  expect(await client.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ada' })).toMatchObject({
    ok: true,
  });
  expect(await client.subscribe('g', {})).toMatchObject({ ok: false, failure: { code: 'invalid_request' } });
  await client.close();
});

test('an edge of its own listens on a free port and is gone after close', async () => {
  const served = await createPlenum({ gateway: {}, adminToken: 'an-admin-token' });
  const answer = await fetch(`${served.url}/v1/groups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer an-admin-token' },
    body: JSON.stringify({ group_id: 'g', group_type: 'public', creator_id: 'ada' }),
  });
  expect(answer.status).toBe(201);
  expect(await served.groups.info({ groupId: 'g' })).toMatchObject({ ok: true });
  await served.close();
  await expect(fetch(`${served.url}/healthz`)).rejects.toThrow();
});
