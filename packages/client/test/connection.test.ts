import { expect, test } from 'vitest';
import { connected, reconnect, setUp } from './connected-client.ts';
import { rest } from './fake-network.ts';

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

test('a token function that fails is called again', async () => {
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

test('an unanswered handshake is given up and tried again', async () => {
  const world = setUp({ connectTimeoutMs: 1000 });
  const connecting = world.client.connect();
  await world.clock.advance(1000);
  expect(world.network.links[0]?.isClosed).toBe(true);
  await world.clock.advance(250);
  world.network.last.listeners.opened();
  expect(await connecting).toBe(true);
  expect(world.network.links).toHaveLength(2);
});

test('events of a lost link are ignored', async () => {
  const world = await connected();
  const [first] = world.network.links;
  await reconnect(world);
  first?.listeners.lost();
  first?.listeners.refused('forbidden', 0);
  expect(world.client.status).toEqual({ state: 'connected' });
});

test('the reason of a cut is reported, and the client reconnects', async () => {
  const world = await connected();
  const codes: string[] = [];
  world.client.on('closing', ({ code }) => codes.push(code));
  world.network.last.listeners.pushes.closing({ code: 'token_expired' });
  await reconnect(world);
  expect(codes).toEqual(['token_expired']);
  expect(world.statuses).toContainEqual({ state: 'waiting', reason: 'token_expired', retryInMs: 250 });
  expect(world.network.last.credentials.token).toBe('token-2');
});

test('a network that is back shortens a pause that has grown, until the client is closed', async () => {
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

test('a connect while the client waits adds no attempt', async () => {
  const { client, clock, network } = await connected();
  network.last.listeners.lost();
  client.connect().catch(() => undefined);
  expect(clock.timers).toBe(1);
});

test('a final refusal ends the attempts', async () => {
  const { client, network } = setUp();
  const connecting = client.connect();
  await rest();
  network.last.listeners.refused('origin_denied', 0);
  expect(await connecting).toBe(false);
  expect(client.status).toEqual({ state: 'closed', reason: 'origin_denied' });
});
