import { groupIdSchema, type MessageEvent, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { createView, type ShownMessage } from '../src/index.ts';
import { connected, reconnect, type SetUp } from './connected-client.ts';
import { rest } from './fake-network.ts';
import { entryAt } from './simulated-group.ts';

const group_id = groupIdSchema.parse('g');
const timestamp = '2025-01-15T10:30:00.000Z';
const message_id = 'a-5';

/** A view of `g`, live, with the message `a-5` of the user. */
async function viewed() {
  const world = await connected();
  const view = createView(world.client, 'g', { userId: 'u' });
  const { pushes } = world.network.last.listeners;
  pushes.subscribed({ groups: [{ group_id, recovered: false, epoch: 'a', head_seq: 4, from_seq: 5 }] });
  pushes.relay_message(messageAt(5));
  const seen: string[] = [];
  view.on('message_changed', (message) => seen.push(textOf(message)));
  view.on('reset', () => seen.push('reset'));
  return { ...world, view, pushes, seen };
}

function messageAt(seq: number, message = 'one') {
  const from_user_id = userIdSchema.parse('u');
  const result = { group_id, message_id: `a-${seq}`, from_user_id, message, epoch: 'a', seq, timestamp };
  return { request_id: `r${seq}`, success: true as const, result };
}
const change = (seq: number, rest: Partial<MessageEvent>): MessageEvent => ({
  group_id,
  type: 'edited',
  message_id,
  target_seq: 5,
  actor_id: 'u',
  epoch: 'a',
  seq,
  timestamp,
  ...rest,
});
const edit = (seq: number, message: string, edits = 1) => change(seq, { message, edits });
const textOf = ({ message, pending }: ShownMessage) => `${message}${pending === true ? ' (pending)' : ''}`;
const answer = { message_id, edits: 1, edited_at: timestamp, epoch: 'a', seq: 6 };
const refuse = ({ network }: SetUp, code: 'not_author' | 'muted') =>
  network.last.answer({ request_id: '', success: false, error: code, code, can_retry: false });

test('an edit is shown at once, and confirmed by its entry after the answer', async () => {
  const { view, network, pushes, seen } = await viewed();
  const editing = view.edit(message_id, 'two');
  expect(view.messages.map(textOf)).toEqual(['two (pending)']);
  await network.last.succeed(answer);
  expect(await editing).toMatchObject({ ok: true, result: { seq: 6 } });
  pushes.message_event(edit(6, 'two'));
  expect(view.messages).toMatchObject([{ message: 'two', edits: 1, state_seq: 6 }]);
  expect(seen).toEqual(['two (pending)', 'two (pending)', 'two']);
});

test('the entry of an edit may come before the answer, and a later one is not hidden by it', async () => {
  const { view, network, pushes } = await viewed();
  const editing = view.edit(message_id, 'two');
  pushes.message_event(edit(6, 'two'));
  expect(view.messages.map(textOf)).toEqual(['two']);
  pushes.message_event(edit(7, 'three', 2));
  await network.last.succeed(answer);
  await editing;
  expect(view.messages.map(textOf)).toEqual(['three']);
});

test('a refused edit is taken back, with the reason as a value', async () => {
  const world = await viewed();
  const editing = world.view.edit(message_id, 'two');
  await refuse(world, 'not_author');
  expect(await editing).toMatchObject({ ok: false, failure: { code: 'not_author' } });
  expect(world.view.messages.map(textOf)).toEqual(['one']);
  expect(world.seen).toEqual(['two (pending)', 'one']);
});

test('of two edits each is confirmed or taken back by itself', async () => {
  const world = await viewed();
  const edits = [world.view.edit(message_id, 'two'), world.view.edit(message_id, 'three')];
  expect(world.view.messages.map(textOf)).toEqual(['three (pending)']);
  await world.network.last.succeed(answer);
  await refuse(world, 'muted');
  expect(await Promise.all(edits)).toMatchObject([{ ok: true }, { ok: false }]);
  expect(world.view.messages.map(textOf)).toEqual(['two (pending)']);
  world.pushes.message_event(edit(6, 'two'));
  expect(world.view.messages.map(textOf)).toEqual(['two']);
});

test('reactions are counted at once, confirmed by their entries and taken back', async () => {
  const world = await viewed();
  const { view, network, pushes } = world;
  pushes.message_event(change(6, { type: 'reacted', actor_id: 'bob', reaction: '👍', count: 1 }));
  const reacting = view.react(message_id, '👍');
  expect(view.messages).toMatchObject([{ reactions: { '👍': { count: 2, me: true } }, pending: true }]);
  pushes.message_event(change(7, { type: 'reacted', reaction: '👍', count: 2 }));
  await network.last.succeed({ reaction: '👍', count: 2, epoch: 'a', seq: 7 });
  await reacting;
  expect(view.messages[0]).not.toHaveProperty('pending');
  const back = view.unreact(message_id, '👍');
  expect(view.messages).toMatchObject([{ reactions: { '👍': { count: 1, me: false } }, pending: true }]);
  await refuse(world, 'muted');
  await back;
  expect(view.messages).toMatchObject([{ reactions: { '👍': { count: 2, me: true } } }]);
});

test('an answer without an entry, since nothing had to change, confirms too', async () => {
  const { view, network } = await viewed();
  const editing = view.edit(message_id, 'one');
  await network.last.succeed({ message_id, edits: 0, epoch: 'a', seq: 5 });
  await editing;
  expect(view.messages.map(textOf)).toEqual(['one']);
});

test('a take-down hides what is not confirmed', async () => {
  const { view, pushes } = await viewed();
  view.edit(message_id, 'two').catch(() => undefined);
  pushes.message_event(change(6, { type: 'deleted' }));
  expect(view.messages.map(textOf)).toEqual(['undefined']);
  expect(view.messages).toMatchObject([{ deleted: true, deleted_by: 'u' }]);
});

test('a membership that begins anew resets the view, and it reads again what it had read', async () => {
  const { view, network, pushes, seen } = await viewed();
  const loading = view.loadOlder(10);
  const older = { type: 'message' as const, request_id: 'r4', ...messageAt(4, 'zero').result };
  const page = { epoch: 'a', head_seq: 5, oldest_seq: 1 };
  await network.last.succeed({ group_id, group_type: 'public', epoch: 'a', seq: 5 });
  await network.last.succeed({ ...page, entries: [older] });
  expect(await loading).toMatchObject({ ok: true });
  expect(view.messages.map(textOf)).toEqual(['zero', 'one']);
  pushes.group_event(eventAt(6, 'kicked'));
  pushes.membership({ group_id, status: 'none', roles: [], type: 'kicked' });
  expect(view.messages.map(textOf)).toEqual(['zero', 'one']);
  pushes.group_event(eventAt(9, 'joined'));
  expect([seen, view.messages]).toEqual([['reset'], []]);
  expect(network.last.asked.slice(-2).map(({ args }) => args)).toEqual([
    { group_id },
    { group_id, limit: 10, before: 9 },
  ]);
});

test('a reconnect that misses nothing keeps all messages', async () => {
  const world = await viewed();
  await reconnect(world);
  const { pushes } = world.network.last.listeners;
  pushes.subscribed({ groups: [{ group_id, recovered: true, epoch: 'a', head_seq: 6, from_seq: 6 }] });
  pushes.message_event(edit(6, 'two'));
  expect(world.view.messages.map(textOf)).toEqual(['two']);
  expect(world.seen).toEqual(['two']);
});

test('a view keeps the newest messages, and reads the ones that it forgot again', async () => {
  const { client, network, pushes } = await viewed();
  const view = createView(client, 'g', { userId: 'u', messagesMax: 2 });
  for (const seq of [6, 7, 8]) pushes.relay_message(messageAt(seq));
  expect(view.messages.map(({ seq }) => seq)).toEqual([7, 8]);
  view.loadOlder(5).catch(() => undefined);
  await rest();
  expect(network.last.asked.at(-1)?.args).toEqual({ group_id, limit: 5, before: 7 });
});

test('a closed view gets nothing, and its list is the same until something changes', async () => {
  const { view, pushes } = await viewed();
  const { messages } = view;
  expect(view.messages).toBe(messages);
  view.close();
  pushes.relay_message(messageAt(6));
  expect(view.messages).toBe(messages);
});

function eventAt(seq: number, type: 'kicked' | 'joined') {
  const entry = entryAt('a', seq);
  if (!('user_id' in entry)) throw new Error('an event was asked for');
  return { ...entry, type };
}
