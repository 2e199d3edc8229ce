import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { createView, type OutgoingMessage } from '../src/index.ts';
import { connected, reconnect, type SetUp } from './connected-client.ts';
import { rest } from './fake-network.ts';

const group_id = groupIdSchema.parse('g');
const timestamp = '2025-01-15T10:30:00.000Z';

/** A view of `g`, live after the entry 4 of epoch `a`. */
async function viewed() {
  const world = await connected();
  const view = createView(world.client, 'g', { userId: 'u' });
  const { pushes } = world.network.last.listeners;
  pushes.subscribed({ groups: [{ group_id, recovered: false, epoch: 'a', head_seq: 4, from_seq: 5 }] });
  return { ...world, view, pushes };
}

const entry = (seq: number, request_id: string, message: string, from = 'u') => ({
  request_id,
  success: true as const,
  result: {
    group_id,
    message_id: `a-${seq}`,
    from_user_id: userIdSchema.parse(from),
    message,
    epoch: 'a',
    seq,
    timestamp,
  },
});
const answerAt = (seq: number) => ({
  status: 'relayed',
  recipients_count: 1,
  timestamp,
  message_id: `a-${seq}`,
  epoch: 'a',
  seq,
});
const refuse = ({ network }: SetUp, code: 'posting_restricted' | 'not_a_member') =>
  network.last.answer({ request_id: '', success: false, error: code, code, can_retry: false });
const shown = ({ message, state }: OutgoingMessage) => `${message} ${state}`;
const idOf = ([first]: readonly OutgoingMessage[]) => first?.request_id ?? '';

test('a message is shown at once, and its entry takes its place after the answer', async () => {
  const { view, network, pushes } = await viewed();
  const sending = view.send('one', { reply_to: 'a-1' });
  const requestId = idOf(view.outgoing);
  expect(view.outgoing).toMatchObject([{ message: 'one', reply_to: 'a-1', state: 'sending' }]);
  expect(network.last.asked.at(-1)).toMatchObject({
    request_id: requestId,
    args: { message: 'one', reply_to: 'a-1' },
  });
  await network.last.succeed(answerAt(5));
  expect(await sending).toMatchObject({ ok: true, result: { seq: 5 } });
  expect(view.outgoing.map(shown)).toEqual(['one sent']);
  pushes.relay_message(entry(5, requestId, 'one'));
  expect([view.outgoing, view.messages.map(({ seq }) => seq)]).toEqual([[], [5]]);
});

test('the entry may come before the answer', async () => {
  const { view, network, pushes } = await viewed();
  const sending = view.send('one');
  pushes.relay_message(entry(5, idOf(view.outgoing), 'one'));
  expect(view.outgoing).toEqual([]);
  await network.last.succeed(answerAt(5));
  await sending;
  expect(view.outgoing).toEqual([]);
});

test('a message of another user with the same request id takes nothing away', async () => {
  const { view, pushes } = await viewed();
  view.send('one').catch(() => undefined);
  pushes.relay_message(entry(5, idOf(view.outgoing), 'two', 'bob'));
  expect(view.outgoing.map(shown)).toEqual(['one sending']);
});

test('messages are sent one after the other, and a refused one does not hold up the next', async () => {
  const world = await viewed();
  const { view, network } = world;
  const before = network.last.asked.length;
  const sends = [view.send('one'), view.send('two')];
  await rest();
  expect(network.last.asked.length - before).toBe(1);
  await refuse(world, 'posting_restricted');
  await rest();
  expect(network.last.asked.at(-1)?.args).toMatchObject({ message: 'two' });
  await network.last.succeed(answerAt(5));
  expect(await Promise.all(sends)).toMatchObject([{ ok: false }, { ok: true }]);
  expect(view.outgoing.map(shown)).toEqual(['one failed', 'two sent']);
});

test('a refused message is sent again under its id, or discarded', async () => {
  const world = await viewed();
  const { view, network, pushes } = world;
  const sending = view.send('one');
  const requestId = idOf(view.outgoing);
  await refuse(world, 'posting_restricted');
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'posting_restricted' } });
  expect(view.outgoing).toMatchObject([{ state: 'failed', failure: { code: 'posting_restricted' } }]);
  const again = view.retry(requestId);
  expect(view.outgoing[0]).not.toHaveProperty('failure');
  expect(network.last.asked.at(-1)).toMatchObject({ request_id: requestId, args: { message: 'one' } });
  await refuse(world, 'not_a_member');
  expect(await again).toMatchObject({ ok: false });
  expect(view.outgoing).toMatchObject([{ state: 'failed', failure: { code: 'not_a_member' } }]);
  pushes.relay_message(entry(5, 'other', 'other'));
  expect(view.outgoing).toHaveLength(1);
  view.discard(requestId);
  expect([view.outgoing, await view.retry(requestId)]).toEqual([[], null]);
});

test('a message whose answer was lost is no failed one any longer when its entry comes', async () => {
  const { view, network, pushes, clock } = await viewed();
  const sending = view.send('one');
  const requestId = idOf(view.outgoing);
  await clock.advance(60_000);
  await network.last.answer(null);
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'timeout' } });
  expect(view.outgoing.map(shown)).toEqual(['one failed']);
  pushes.relay_message(entry(5, requestId, 'one'));
  expect(view.outgoing).toEqual([]);
});

test('a message that waits for a connection stays, over a reconnect', async () => {
  const world = await viewed();
  const { view } = world;
  world.network.last.listeners.lost();
  const sending = view.send('one');
  expect(view.outgoing.map(shown)).toEqual(['one sending']);
  await reconnect(world);
  await world.network.last.succeed({ groups: [] });
  await world.network.last.succeed(answerAt(5));
  expect(await sending).toMatchObject({ ok: true });
  expect(view.outgoing.map(shown)).toEqual(['one sent']);
});

test('a stored message whose entry will not come is dropped with the membership', async () => {
  const world = await viewed();
  const { view, network, pushes } = world;
  const sending = view.send('one');
  await network.last.succeed(answerAt(5));
  await sending;
  pushes.resync({ group_id, reason: 'not_a_member', epoch: null, head_seq: 0, oldest_seq: 0 });
  expect(view.outgoing).toEqual([]);
});
