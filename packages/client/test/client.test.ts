import { type Answer, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { ResyncNotice } from '../src/index.ts';
import { connected, reconnect, type SetUp, setUp } from './connected-client.ts';
import { rest } from './fake-network.ts';
import { entryAt } from './simulated-group.ts';

const group_id = groupIdSchema.parse('g');
const refusal = (code: 'rate_limited' | 'timeout' | 'unavailable', retry_after_ms = 1): Answer<unknown> => ({
  request_id: 'id-1',
  success: false,
  error: code,
  code,
  can_retry: true,
  retry_after_ms,
});
const subscribed = { group_id, recovered: true, epoch: 'a', head_seq: 4, from_seq: 5 };

test('an unanswered send goes out again on the next connection, with the same id', async () => {
  const world = await connected();
  const sending = world.client.send('g', 'hello');
  const [first] = world.network.last.asked;
  await reconnect(world);
  expect(world.network.last.asked).toEqual([first]);
  await world.network.last.succeed({ seq: 7 });
  expect(await sending).toMatchObject({ ok: true, result: { seq: 7 } });
});

test('a message that fits into no frame is refused without being sent', async () => {
  const { network, client } = await connected();
  for (const message of ['x'.repeat(65_536), '\u{1f600}'.repeat(16_384), '\u0000'.repeat(11_000)]) {
    expect(await client.send('g', message)).toMatchObject({
      ok: false,
      failure: { code: 'message_too_large', can_retry: false },
    });
  }
  expect(network.last.asked).toEqual([]);
});

test('a refusal that may pass is retried at the time that the server names', async () => {
  const { network, clock, client } = await connected();
  const sending = client.send('g', 'hello');
  await network.last.answer(refusal('rate_limited', 3000));
  await clock.advance(2999);
  expect(network.last.asked).toHaveLength(1);
  await clock.advance(1);
  expect(network.last.asked).toHaveLength(2);
  await network.last.succeed({ seq: 7 });
  expect(await sending).toMatchObject({ ok: true, requestId: 'id-1' });
});

test('a refusal that asks for more time than is left is the answer', async () => {
  const { network, client } = await connected();
  const sending = client.send('g', 'hello', { timeoutMs: 2000 });
  await network.last.answer(refusal('rate_limited', 2000));
  const { request_id, success, ...failure } = refusal('rate_limited', 2000);
  expect(await sending).toEqual({ ok: false, failure, requestId: request_id });
});

test.each<[string, (world: SetUp) => Promise<void>, string]>([
  ['was never sent', async () => undefined, 'unavailable'],
  [
    'was never answered',
    async ({ network }) => {
      network.last.listeners.opened();
      await rest();
    },
    'timeout',
  ],
])('a request that %s ends with its time', async (_, prepare, code) => {
  const world = setUp();
  world.client.connect().catch(() => undefined);
  await rest();
  const sending = world.client.send('g', 'hello', { timeoutMs: 5000 });
  await prepare(world);
  await world.clock.advance(5000);
  expect(await sending).toMatchObject({ ok: false, failure: { code, can_retry: true } });
});

test.each([
  ['was not answered', null],
  ['may have been carried out', refusal('timeout')],
])('a request whose first attempt %s does not end with the refusal of another', async (_, first) => {
  const { network, clock, client } = await connected();
  const sending = client.send('g', 'hello', { timeoutMs: 5000 });
  await network.last.answer(first);
  await clock.advance(100);
  await network.last.answer(refusal('unavailable', 10_000));
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'timeout', can_retry: true } });
});

test('a request that was refused at each attempt ends with the last refusal', async () => {
  const { network, clock, client } = await connected();
  const sending = client.send('g', 'hello', { timeoutMs: 5000 });
  await network.last.answer(refusal('unavailable'));
  await clock.advance(100);
  await network.last.answer(refusal('rate_limited', 10_000));
  expect(await sending).toMatchObject({ failure: { code: 'rate_limited', retry_after_ms: 10_000 } });
});

test('requests wait for the connection in their order, and no more of them than allowed', async () => {
  const { client, network } = setUp({ maxWaiting: 2 });
  client.connect().catch(() => undefined);
  const waiting = [client.send('g', 'a'), client.send('g', 'b')];
  expect(await client.send('g', 'c')).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  await rest();
  network.last.listeners.opened();
  expect(network.last.asked.map(({ args }) => args)).toMatchObject([{ message: 'a' }, { message: 'b' }]);
  await network.last.succeed({});
  await network.last.succeed({});
  expect(await Promise.all(waiting)).toMatchObject([{ ok: true }, { ok: true }]);
});

test('closing answers all requests that wait, cuts the link and leaves no timer', async () => {
  const { client, network, clock } = await connected();
  const sending = client.send('g', 'hello');
  client.close();
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'timeout' } });
  expect(await client.send('g', 'more')).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  expect(network.last.isClosed).toBe(true);
  expect(clock.timers).toBe(0);
  expect(client.status).toEqual({ state: 'closed', reason: 'application' });
});

test('a subscribe on a closed client is refused and never sent', async () => {
  const { client, clock } = await connected({ positions: [{ group_id, epoch: 'a', seq: 4 }] });
  client.close();
  expect(await client.subscribe('g')).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  expect(clock.timers).toBe(0);
  expect(client.positions()).toEqual([{ group_id: 'g', epoch: 'a', seq: 4 }]);
});

test('an answer takes effect before what arrives behind it, however late its promise resolves', async () => {
  const { client, network } = await connected({
    subscribe: 'none',
    positions: [{ group_id, epoch: 'a', seq: 4 }],
  });
  const shown: number[] = [];
  client.on('event', ({ seq }) => shown.push(seq));
  const answering = network.last.succeed({ groups: [subscribed] });
  network.last.listeners.pushes.group_event(eventAt(5));
  await answering;
  expect(shown).toEqual([5]);
});

test('the next handshake carries the positions reached', async () => {
  const world = await connected();
  const { pushes } = world.network.last.listeners;
  pushes.subscribed({ groups: [{ ...subscribed, recovered: false }] });
  const shown: number[] = [];
  world.client.on('event', ({ seq }) => shown.push(seq));
  for (const seq of [5, 6, 6]) pushes.group_event(eventAt(seq));
  await reconnect(world);
  expect(shown).toEqual([5, 6]);
  expect(world.network.last.credentials.positions).toEqual([{ group_id: 'g', epoch: 'a', seq: 6 }]);
});

test('an unwanted attach is undone, however many requests wait', async () => {
  const world = await connected({ maxWaiting: 1 });
  const leaving = world.client.unsubscribe('g');
  await world.network.last.succeed({ groups: [] });
  await leaving;
  world.client.send('g', 'hello').catch(() => undefined);
  world.network.last.listeners.pushes.subscribed({ groups: [subscribed] });
  expect(world.network.last.asked.at(-1)).toMatchObject({ request_type: 'unsubscribe' });
});

test('without automatic attaching every group is subscribed by its position after the handshake', async () => {
  const world = await connected({ subscribe: 'none', positions: [{ group_id, epoch: 'a', seq: 4 }] });
  const [first] = world.network.last.asked;
  expect(world.network.last.credentials).toMatchObject({ subscribe: 'none', positions: [] });
  expect(first).toMatchObject({
    request_type: 'subscribe',
    args: { groups: [{ group_id, epoch: 'a', seq: 4 }] },
  });
});

test('a final refusal of a position is reported, one that may pass is retried', async () => {
  const positions = ['gone', 'busy'].map((id) => ({ group_id: id, epoch: 'a', seq: 4 }));
  const { client, network, clock } = await connected({ subscribe: 'none', positions });
  const resyncs: ResyncNotice[] = [];
  client.on('resync', (notice) => resyncs.push(notice));
  await network.last.succeed({
    groups: [
      { group_id: 'gone', code: 'not_a_member', error: '' },
      { group_id: 'busy', code: 'unavailable', error: '' },
    ],
  });
  expect(resyncs).toMatchObject([{ group_id: 'gone', reason: 'not_a_member', from_seq: null }]);
  await clock.advance(1000);
  expect(network.last.asked.at(-1)?.args).toEqual({ groups: [{ group_id: 'busy', epoch: 'a', seq: 4 }] });
});

test('a gap is read from history, with retries', async () => {
  const { client, network, clock } = await connected();
  const shown: number[] = [];
  client.on('event', ({ seq }) => shown.push(seq));
  const { pushes } = network.last.listeners;
  pushes.subscribed({ groups: [{ ...subscribed, recovered: false }] });
  pushes.group_event(eventAt(5));
  pushes.group_event(eventAt(8));
  expect(network.last.asked.at(-1)).toMatchObject({
    request_type: 'history',
    args: { after: 5, limit: 200 },
  });
  await network.last.answer(refusal('unavailable'));
  await clock.advance(100);
  await network.last.succeed({
    entries: [6, 7].map((seq) => eventAt(seq)),
    epoch: 'a',
    head_seq: 8,
    oldest_seq: 1,
  });
  expect(shown).toEqual([5, 6, 7, 8]);
});

/** The group's position is 4, and its entries up to 8 come with one page. */
async function onePage(world: SetUp): Promise<void> {
  const { pushes } = world.network.last.listeners;
  pushes.subscribed({ groups: [{ ...subscribed, recovered: false }] });
  pushes.group_event(eventAt(8));
  await world.network.last.succeed({
    entries: [5, 6, 7].map((seq) => eventAt(seq)),
    epoch: 'a',
    head_seq: 8,
    oldest_seq: 1,
  });
}

test('positions stored with each entry never exceed what was shown', async () => {
  const world = await connected();
  const stored: number[][] = [];
  world.client.on('event', ({ seq }) => stored.push([seq, ...world.client.positions().map((at) => at.seq)]));
  await onePage(world);
  expect(stored).toEqual([5, 6, 7, 8].map((seq) => [seq, seq]));
});

test('after an unsubscribe among entries the next subscribe continues after the last one shown', async () => {
  const world = await connected();
  world.client.on('event', ({ seq }) => {
    if (seq === 6) world.client.unsubscribe('g').catch(() => undefined);
  });
  await onePage(world);
  expect(world.client.positions()).toEqual([{ group_id: 'g', epoch: 'a', seq: 6 }]);
  world.client.subscribe('g').catch(() => undefined);
  expect(world.network.last.asked.at(-1)).toMatchObject({
    request_type: 'subscribe',
    args: { groups: [{ group_id: 'g', epoch: 'a', seq: 6 }] },
  });
});

test('an unsubscribe and a subscribe among entries show none of them twice', async () => {
  const world = await connected();
  const shown: number[] = [];
  world.client.on('event', ({ seq }) => {
    shown.push(seq);
    if (shown.length !== 2) return;
    world.client.unsubscribe('g').catch(() => undefined);
    world.client.subscribe('g').catch(() => undefined);
  });
  await onePage(world);
  await world.network.last.succeed({ groups: [] });
  await world.network.last.succeed({ groups: [{ ...subscribed, head_seq: 8, from_seq: 7 }] });
  for (const seq of [7, 8]) world.network.last.listeners.pushes.group_event(eventAt(seq));
  expect(shown).toEqual([5, 6, 7, 8]);
});

test('an unsubscribe at the notice of a rollback loses none of the new entries', async () => {
  const world = await connected();
  const { pushes } = world.network.last.listeners;
  const notices: ResyncNotice[] = [];
  world.client.on('resync', (notice) => {
    notices.push(notice);
    world.client.unsubscribe('g').catch(() => undefined);
  });
  pushes.subscribed({ groups: [{ ...subscribed, recovered: false }] });
  for (const seq of [5, 6]) pushes.group_event(eventAt(seq));
  pushes.resync({ group_id, reason: 'epoch_changed', epoch: 'b', head_seq: 5, oldest_seq: 1 });
  pushes.group_event(eventAt(6, 'b'));
  await world.network.last.succeed({ entries: [eventAt(5)], epoch: 'b', head_seq: 6, oldest_seq: 1 });
  expect(notices).toMatchObject([{ reason: 'epoch_changed', from_seq: 6, revoked: { from: 6, to: 6 } }]);
  expect(world.client.positions()).toEqual([{ group_id: 'g', epoch: 'a', seq: 5 }]);
});

test('an unsubscribe at the notice of a lost membership keeps no position', async () => {
  const world = await connected();
  const { pushes } = world.network.last.listeners;
  world.client.on('resync', () => void world.client.unsubscribe('g').catch(() => undefined));
  pushes.subscribed({ groups: [{ ...subscribed, recovered: false }] });
  pushes.resync({ group_id, reason: 'not_a_member', epoch: null, head_seq: 0, oldest_seq: 0 });
  expect(world.client.positions()).toEqual([]);
});

function eventAt(seq: number, epoch = 'a') {
  const entry = entryAt(epoch, seq);
  if (!('user_id' in entry)) throw new Error('an event was asked for');
  return entry;
}
