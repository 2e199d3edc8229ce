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

/** How many subscribe and unsubscribe commands the server has had. */
async function commandsSent() {
  const stats = await publisher.info('commandstats');
  const callsOf = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return { ssubscribe: callsOf('ssubscribe'), sunsubscribe: callsOf('sunsubscribe') };
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

test('one forbidden channel among many is refused alone', async () => {
  await publisher.call('ACL', 'SETUSER', 'default', 'resetchannels', '&allowed*');
  try {
    const names = Array.from({ length: 300 }, (_, i) => (i === 150 ? 'forbidden' : `allowed ${i}`));
    const asked = await Promise.allSettled(names.map(hear));
    const refused = names.filter((_, i) => asked[i]?.status === 'rejected');
    expect(refused).toEqual(['forbidden']);
    const receivers = await Promise.all(names.map((name) => (name === 'forbidden' ? 1 : publish(name, 'x'))));
    expect(receivers.every((count) => count === 1)).toBe(true);
    expect(anomalies.count('subscribe_refused')).toBe(1);
  } finally {
    await publisher.call('ACL', 'SETUSER', 'default', 'allchannels');
  }
});

test('thousands of channels take a command for every 512, on every link and at the end', async () => {
  const names = Array.from({ length: 5000 }, (_, i) => `channel ${i}`);
  const handler = vi.fn();
  const before = await commandsSent();
  await Promise.all(names.map((name) => subscriber.subscribe(name, handler)));
  const first = await commandsSent();
  const audited = new Promise<void>((resolve) => subscriber.onResubscribed(() => resolve()));
  await publisher.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await audited;
  const again = await commandsSent();
  for (const name of names) subscriber.unsubscribe(name, handler);
  await subscriber.ping();
  const end = await commandsSent();
  expect(first.ssubscribe - before.ssubscribe).toBe(10);
  expect(again.ssubscribe - first.ssubscribe).toBe(10);
  expect(end).toEqual({ ssubscribe: again.ssubscribe, sunsubscribe: before.sunsubscribe + 10 });
  expect(await publisher.call('PUBSUB', 'SHARDCHANNELS')).toEqual([]);
});

test('a command with long names ends before 64 KiB', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(1000, '-'));
  const before = await commandsSent();
  await Promise.all(names.map(hear));
  expect((await commandsSent()).ssubscribe - before.ssubscribe).toBe(4);
});

test('a channel that is subscribed and given up within a tick is never sent', async () => {
  const before = await commandsSent();
  const handler = vi.fn();
  const waiting = subscriber.subscribe('brief', handler);
  subscriber.unsubscribe('brief', handler);
  await expect(waiting).rejects.toMatchObject({ failure: { code: 'unavailable' } });
  await subscriber.ping();
  expect(await commandsSent()).toEqual(before);
});

test('of all that is asked for within a tick the server has what was asked for last', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const handler = vi.fn();
  let isWanted: readonly boolean[] = names.map(() => false);
  // The bits of a number choose the channels and what is asked for.
  for (let bits = 0; bits < 256; bits += 1) {
    const next = [...isWanted];
    for (let turn = 0; turn < 8; turn += 1) {
      const at = (bits >> (turn % 4)) % 4;
      const name = names[at] ?? 'a';
      next[at] = ((bits >> turn) & 1) === 1;
      if (next[at]) subscriber.subscribe(name, handler).catch(() => undefined);
      else subscriber.unsubscribe(name, handler);
    }
    isWanted = next;
    await subscriber.ping();
    const onServer = [await publisher.call('PUBSUB', 'SHARDCHANNELS')].flat().map(String).sort();
    expect(onServer, `bits ${bits}`).toEqual(names.filter((_, i) => isWanted[i]));
  }
});

test('a link that breaks before the answer subscribes again to what was asked for', async () => {
  const heard: string[] = [];
  proxy.pauseDownstream();
  const asked = ['a', 'b'].map((name) =>
    subscriber.subscribe(name, (payload) => void heard.push(`${name}${payload}`)),
  );
  await new Promise((resolve) => setImmediate(resolve));
  proxy.cutAll();
  proxy.resumeDownstream();
  await Promise.all(asked);
  await publish('a', '1');
  await publish('b', '2');
  await eventually(() => expect(heard).toEqual(['a1', 'b2']));
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
