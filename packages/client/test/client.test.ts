import { type Answer, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { type ClientOptions, createClient, type ResyncNotice, type Status } from '../src/index.ts';
import { FakeClock, FakeNetwork, fakeRandom, rest } from './fake-network.ts';
import { entryAt } from './simulated-group.ts';

function setUp(options: Partial<ClientOptions> = {}) {
  const network = new FakeNetwork();
  const clock = new FakeClock();
  let tokens = 0;
  const client = createClient({
    url: 'http://localhost',
    token: async () => {
      tokens += 1;
      return `token-${tokens}`;
    },
    clock,
    random: fakeRandom(),
    openLink: network.open,
    ...options,
  });
  const statuses: Status[] = [];
  client.on('status', (status) => statuses.push(status));
  return { network, clock, client, statuses };
}
type SetUp = ReturnType<typeof setUp>;

async function connected(options: Partial<ClientOptions> = {}): Promise<SetUp> {
  const world = setUp(options);
  const connecting = world.client.connect();
  await rest();
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
  return world;
}
/** The link is lost and another one opened. */
async function reconnect({ network, clock }: SetUp): Promise<void> {
  network.last.listeners.lost();
  await clock.advance(10_000);
  network.last.listeners.opened();
  await rest();
}

const group_id = groupIdSchema.parse('g');
const refusal = (code: 'rate_limited' | 'unavailable', retry_after_ms = 1): Answer<unknown> => ({
  request_id: 'id-1',
  success: false,
  error: code,
  code,
  can_retry: true,
  retry_after_ms,
});
const subscribed = { group_id, recovered: true, epoch: 'a', head_seq: 4, from_seq: 5 };

test('a send that nobody answered goes out again with the same id, on the next connection', async () => {
  const world = await connected();
  const sending = world.client.send('g', 'hello');
  const [first] = world.network.last.asked;
  await reconnect(world);
  expect(world.network.last.asked).toEqual([first]);
  await world.network.last.succeed({ seq: 7 });
  expect(await sending).toMatchObject({ ok: true, result: { seq: 7 } });
});

test('a refusal that may pass is retried when the server says so', async () => {
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

test('closing answers everything that waits, cuts the link and leaves no timer', async () => {
  const { client, network, clock } = await connected();
  const sending = client.send('g', 'hello');
  client.close();
  expect(await sending).toMatchObject({ ok: false, failure: { code: 'timeout' } });
  expect(await client.send('g', 'more')).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  expect(network.last.isClosed).toBe(true);
  expect(clock.timers).toBe(0);
  expect(client.status).toEqual({ state: 'closed', reason: 'application' });
});

test('whoever subscribes on a closed client is refused, and nothing is tried behind his back', async () => {
  const { client, clock } = await connected({ positions: [{ group_id, epoch: 'a', seq: 4 }] });
  client.close();
  expect(await client.subscribe('g')).toMatchObject({ ok: false, failure: { code: 'unavailable' } });
  expect(clock.timers).toBe(0);
  expect(client.positions()).toEqual([{ group_id: 'g', epoch: 'a', seq: 4 }]);
});

test('an answer is taken in before what arrives behind it, however late its promise is heard', async () => {
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

test('without automatic attaching every group is subscribed by its position after the handshake', async () => {
  const world = await connected({ subscribe: 'none', positions: [{ group_id, epoch: 'a', seq: 4 }] });
  const [first] = world.network.last.asked;
  expect(world.network.last.credentials).toMatchObject({ subscribe: 'none', positions: [] });
  expect(first).toMatchObject({
    request_type: 'subscribe',
    args: { groups: [{ group_id, epoch: 'a', seq: 4 }] },
  });
});

test('a group that refuses the position for good is told, one that cannot say now is asked again', async () => {
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

test('a hole is read from history, patiently', async () => {
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
  await network.last.succeed({ entries: [6, 7].map(eventAt), epoch: 'a', head_seq: 8, oldest_seq: 1 });
  expect(shown).toEqual([5, 6, 7, 8]);
});

test('a token that is about to end is replaced on the live connection', async () => {
  const { network } = await connected();
  network.last.listeners.pushes.token_expiring({ expires_at: '2025-01-15T10:30:00.000Z' });
  await rest();
  expect(network.last.asked).toMatchObject([{ request_type: 'refresh_token', args: { token: 'token-2' } }]);
});

test('a refused token is replaced at once, and a reconnection uses the one that worked', async () => {
  const world = setUp();
  const connecting = world.client.connect();
  await rest();
  world.network.last.listeners.refused('token_expired', 0);
  await rest();
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
  await reconnect(world);
  expect(world.network.links.map(({ credentials }) => credentials.token)).toEqual([
    'token-1',
    'token-2',
    'token-2',
  ]);
});

test('a token function that fails is asked again', async () => {
  let calls = 0;
  const world = setUp({
    token: async () => {
      calls += 1;
      if (calls < 3) throw new Error('no token today');
      return 'at last';
    },
  });
  const connecting = world.client.connect();
  await world.clock.advance(5000);
  expect(world.statuses).toContainEqual({ state: 'waiting', reason: 'token_function', retryInMs: 250 });
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
});

test('a handshake that is never answered is given up and tried again', async () => {
  const world = setUp({ connectTimeoutMs: 1000 });
  const connecting = world.client.connect();
  await world.clock.advance(1000);
  expect(world.network.links[0]?.isClosed).toBe(true);
  await world.clock.advance(250);
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
  expect(world.network.links).toHaveLength(2);
});

test('what a lost link still says is not heard', async () => {
  const world = await connected();
  const [first] = world.network.links;
  await reconnect(world);
  first?.listeners.lost();
  first?.listeners.refused('forbidden', 0);
  expect(world.client.status).toEqual({ state: 'connected' });
});

test('the server says why it cuts the connection, and the client comes back', async () => {
  const world = await connected();
  const codes: string[] = [];
  world.client.on('closing', ({ code }) => codes.push(code));
  world.network.last.listeners.pushes.closing({ code: 'token_expired' });
  await reconnect(world);
  expect(codes).toEqual(['token_expired']);
  expect(world.statuses).toContainEqual({ state: 'waiting', reason: 'token_expired', retryInMs: 250 });
  expect(world.network.last.credentials.token).toBe('token-2');
});

test('a network that is back shortens the pause that grew without one, until the client is closed', async () => {
  const tasks = new Set<() => void>();
  const onBack = (task: () => void) => {
    tasks.add(task);
    return () => void tasks.delete(task);
  };
  const reconnectMs = { minMs: 100, maxMs: 100_000 };
  const { client, clock, network } = await connected({ network: { onBack }, reconnectMs });
  network.last.listeners.lost();
  await clock.advance(60_000);
  network.last.listeners.lost();
  expect(client.status).toMatchObject({ state: 'waiting', retryInMs: 3200 });
  for (const task of tasks) task();
  expect(client.status).toMatchObject({ state: 'waiting', retryInMs: 50 });
  await clock.advance(50);
  expect(client.status).toEqual({ state: 'connecting' });
  client.close();
  expect(tasks.size).toBe(0);
});

test('whoever asks to be connected while the client waits does not make it try twice', async () => {
  const { client, clock, network } = await connected();
  network.last.listeners.lost();
  client.connect().catch(() => undefined);
  expect(clock.timers).toBe(1);
});

test('a refusal for good ends the attempts', async () => {
  const { client, network } = setUp();
  const connecting = client.connect();
  await rest();
  network.last.listeners.refused('origin_denied', 0);
  expect(await connecting).toBe(false);
  expect(client.status).toEqual({ state: 'closed', reason: 'origin_denied' });
});

function eventAt(seq: number) {
  const entry = entryAt('a', seq);
  if (entry.type === 'message') throw new Error('an event was asked for');
  return entry;
}
