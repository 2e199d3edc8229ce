import { type Clock, systemClock } from '@plenum/core';
import {
  eventually,
  type FaultProxy,
  ManualClock,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Anomalies } from '../../src/anomalies.ts';
import { parseRedisUrl } from '../../src/connections/address.ts';
import { type Connections, openConnections } from '../../src/connections/connections.ts';
import { Canary, type CanaryDeps } from '../../src/pubsub/canary.ts';
import { ChannelSubscriber } from '../../src/pubsub/subscriber.ts';
import { keepingLogger, systemRandom } from '../start-engine.ts';

let server: RedisServer;
let proxy: FaultProxy;
let connections: Connections;
let publisher: Redis;
let anomalies: Anomalies;
let subscriber: ChannelSubscriber;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

beforeEach(async () => {
  songsHeard = 0;
  const logger = keepingLogger();
  anomalies = new Anomalies({ clock: systemClock, logger });
  const shared = { clock: systemClock, random: systemRandom, logger, anomalies };
  proxy = await startFaultProxy({ targetPort: server.port });
  connections = openConnections({ ...shared, address: parseRedisUrl(proxy.url), role: 'node' });
  if (connections.subscribers?.type !== 'one') throw new Error('a node has a subscriber connection');
  subscriber = new ChannelSubscriber({ redis: connections.subscribers.redis, anomalies });
  publisher = new Redis(server.url);
  await connections.ready();
});

afterEach(async () => {
  subscriber.close();
  await connections.close();
  publisher.disconnect();
  await proxy.stop();
});

const publish = (channel: string, payload: string) => publisher.spublish(channel, payload);

/** How often the canary has heard itself: handlers are called in the order in which they came, its own first. */
let songsHeard = 0;
const countSong = () => {
  songsHeard += 1;
};
const sing = async (channel: string, song: string) => {
  await subscriber.subscribe(channel, countSong);
  return publish(channel, song);
};
const canaryOn = (clock: Clock, publishSong: CanaryDeps['publish'] = sing) =>
  new Canary({
    subscriber,
    publish: publishSong,
    pingOtherLinks: () => undefined,
    channelOf: () => 'canary',
    clock,
    random: systemRandom,
  });

/** Subscribes and keeps what is heard. */
async function hear(channel: string): Promise<readonly string[]> {
  const heard: string[] = [];
  await subscriber.subscribe(channel, (payload) => void heard.push(payload.toString('utf8')));
  return heard;
}

test('what is published after subscribe has resolved is heard, in order', async () => {
  const heard = await hear('a');
  for (const word of ['1', '2', '3']) await publish('a', word);
  await eventually(() => expect(heard).toEqual(['1', '2', '3']));
});

test('every handler of a channel hears it, and the channel goes with the last of them', async () => {
  const first = vi.fn();
  const second = vi.fn();
  await Promise.all([subscriber.subscribe('a', first), subscriber.subscribe('a', second)]);
  subscriber.unsubscribe('a', first);
  await publish('a', 'x');
  await eventually(() => expect(second).toHaveBeenCalledOnce());
  subscriber.unsubscribe('a', second);
  await eventually(async () => expect(await publish('a', 'y')).toBe(0));
  expect(first).not.toHaveBeenCalled();
});

test('a channel that is given up and wanted again at once is heard', async () => {
  const gone = vi.fn();
  await subscriber.subscribe('a', gone);
  subscriber.unsubscribe('a', gone);
  const heard = await hear('a');
  await publish('a', 'x');
  await eventually(() => expect(heard).toEqual(['x']));
});

test('a handler that throws is counted and affects no other', async () => {
  await subscriber.subscribe('a', () => {
    throw new Error('a bug');
  });
  const heard = await hear('a');
  await publish('a', 'x');
  await eventually(() => expect(heard).toEqual(['x']));
  expect(anomalies.count('handler_failed')).toBe(1);
});

test('after CLIENT KILL every channel is subscribed again before the listeners audit', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `c${i}`);
  await Promise.all(names.map(hear));
  const audited = new Promise<void>((resolve) => subscriber.onResubscribed(() => resolve()));
  await publisher.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await audited;
  const receivers = await Promise.all(names.map((name) => publish(name, 'x')));
  expect(receivers.every((count) => count === 1)).toBe(true);
});

test('a subscription that is asked for while Redis refuses connections is made when it is back', async () => {
  proxy.refuse(true);
  proxy.cutAll();
  await eventually(() => expect(subscriber.isUp).toBe(false));
  const hearing = hear('late');
  proxy.refuse(false);
  const heard = await hearing;
  await publish('late', 'x');
  await eventually(() => expect(heard).toEqual(['x']));
});

test('a subscription is not called active while its link is away', async () => {
  await hear('a');
  proxy.refuse(true);
  proxy.cutAll();
  await eventually(() => expect(subscriber.isUp).toBe(false));
  const again = hear('a');
  const first = await Promise.race([again, Promise.resolve('waiting')]);
  expect(first).toBe('waiting');
  proxy.refuse(false);
  await again;
});

test('a subscription that is given up before it exists is refused as unavailable', async () => {
  proxy.refuse(true);
  proxy.cutAll();
  await eventually(() => expect(subscriber.isUp).toBe(false));
  const handler = vi.fn();
  const waiting = subscriber.subscribe('never', handler);
  subscriber.unsubscribe('never', handler);
  await expect(waiting).rejects.toMatchObject({ failure: { code: 'unavailable' } });
});

test('a channel that the ACL forbids is refused, counted, and leaves the link as it is', async () => {
  await publisher.call('ACL', 'SETUSER', 'default', 'resetchannels', '&allowed*');
  try {
    await expect(hear('forbidden')).rejects.toMatchObject({ failure: { code: 'unavailable' } });
    const heard = await hear('allowed');
    await publish('allowed', 'x');
    await eventually(() => expect(heard).toEqual(['x']));
    expect(anomalies.count('subscribe_refused')).toBe(1);
  } finally {
    await publisher.call('ACL', 'SETUSER', 'default', 'allchannels');
  }
});

test('a half-open link is found by the canary and replaced', async () => {
  const canary = canaryOn(systemClock);
  canary.start();
  const heard = await hear('a');
  const audit = vi.fn();
  subscriber.onResubscribed(audit);
  proxy.pauseDownstream();
  await publish('a', 'lost');
  await eventually(() => expect(audit).toHaveBeenCalledOnce(), { timeoutMs: 20_000 });
  await publish('a', 'heard');
  await eventually(() => expect(heard).toEqual(['heard']));
  expect(anomalies.count('link_replaced')).toBe(1);
  canary.stop();
});

test('the canary leaves a link alone that answers in time', async () => {
  const clock = new ManualClock();
  const canary = canaryOn(clock);
  canary.start();
  for (let round = 1; round <= 20; round += 1) {
    await eventually(() => expect(songsHeard).toBe(round));
    await clock.advance(2750);
  }
  canary.stop();
  expect(anomalies.count('link_replaced')).toBe(0);
});

test('the canary replaces a link that answers but does not bring what is published', async () => {
  const clock = new ManualClock();
  const accepted = vi.fn();
  const canary = canaryOn(clock, async () => accepted());
  canary.start();
  await eventually(() => expect(accepted).toHaveBeenCalled());
  const audit = new Promise<void>((resolve) => subscriber.onResubscribed(() => resolve()));
  await clock.advance(2750);
  await audit;
  canary.stop();
  expect(anomalies.count('link_replaced')).toBe(1);
});
