/**
 * Redis forgets its scripts, cuts its subscribers, freezes or dies while every node sends its messages in batches; the
 * checker judges everything that devices got.
 */
import { ClusterSet, type RedisServer, SentinelSet, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';

/** Speakers of each of the two groups, spread over three nodes. */
const speakersCount = 15;
/** Shorter than the time after which Sentinels or a Cluster replace a master. */
const freezeMs = 300;

interface Deployment extends AsyncDisposable {
  readonly serviceUrl: string;
  masters(): Promise<readonly RedisServer[]>;
}

const deployments: Readonly<Record<string, () => Promise<Deployment>>> = {
  'one server': async () => {
    const redis = await startRedis();
    return {
      serviceUrl: redis.serviceUrl,
      masters: async () => [redis],
      [Symbol.asyncDispose]: () => redis.stop(),
    };
  },
  Sentinels: async () => {
    const set = await SentinelSet.start();
    return {
      serviceUrl: set.url,
      masters: async () => [await set.master()],
      [Symbol.asyncDispose]: () => set.stop(),
    };
  },
  'a Cluster': async () => {
    const set = await ClusterSet.start();
    return { serviceUrl: set.url, masters: () => set.masters(), [Symbol.asyncDispose]: () => set.stop() };
  },
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let crowds = 0;

/** Two new groups whose members are on all nodes and send without a pause. */
async function crowd(traffic: CheckedTraffic, urls: readonly string[]): Promise<void> {
  crowds += 1;
  for (const color of ['red', 'blue']) {
    const groupId = `${color}-${crowds}`;
    const names = Array.from({ length: speakersCount }, (_, i) => `${groupId}-${i}`);
    traffic.keepSending(await traffic.group(groupId, names, urls), groupId, { everyMs: 5 });
  }
  await traffic.until(200);
}

/** Sends the command to every server, over connections that stay open until the end. */
async function asker(servers: readonly RedisServer[]) {
  const clients = servers.map(({ url }) => new Redis(url));
  return {
    all: (command: string, ...args: string[]) =>
      Promise.all(clients.map((client) => client.call(command, ...args))),
    [Symbol.dispose]: () => {
      for (const client of clients) client.disconnect();
    },
  };
}

describe.each(Object.entries(deployments))('on %s', (_, deploy) => {
  let redis: Deployment;
  let cluster: Cluster;
  beforeAll(async () => {
    redis = await deploy();
    cluster = await Cluster.start({ REDIS_URL: redis.serviceUrl });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  test('scripts that are forgotten again and again during batches lose nothing', async () => {
    await using traffic = new CheckedTraffic(cluster.url);
    await crowd(traffic, cluster.urls);
    using servers = await asker(await redis.masters());
    for (let flush = 0; flush < 40; flush += 1) {
      await servers.all('SCRIPT', 'FLUSH');
      await pause(25);
    }
    await traffic.until(200);
    await traffic.expectComplete();
    expect(traffic.failures).toEqual([]);
  });

  test('subscribers cut every 100 ms during batches lose nothing', async () => {
    await using traffic = new CheckedTraffic(cluster.url);
    await crowd(traffic, cluster.urls);
    using servers = await asker(await redis.masters());
    for (let cut = 0; cut < 30; cut += 1) {
      await servers.all('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await pause(100);
    }
    await traffic.until(200);
    await traffic.expectComplete();
  });

  test('servers that freeze again and again during batches lose nothing', async () => {
    await using traffic = new CheckedTraffic(cluster.url);
    await crowd(traffic, cluster.urls);
    const masters = await redis.masters();
    for (let freeze = 0; freeze < 8; freeze += 1) {
      await Promise.all(masters.map((master) => master.pause()));
      await pause(freezeMs);
      await Promise.all(masters.map((master) => master.resume()));
      await traffic.until(20);
    }
    await traffic.until(200);
    await traffic.expectComplete();
  });
});

test('a Redis that is killed during batches has each acked message once when it is back', async () => {
  // An ack survives the death of the process.
  await using cluster = await Cluster.start({}, { appendonly: true, args: ['--appendfsync', 'always'] });
  await using traffic = new CheckedTraffic(cluster.url);
  await crowd(traffic, cluster.urls);
  for (let round = 0; round < 3; round += 1) {
    await cluster.redis.kill();
    await cluster.redis.restart();
    await traffic.until(200);
  }
  await traffic.expectComplete();
});

test('a Redis that is silent longer than a send may take loses nothing', async () => {
  await using cluster = await Cluster.start();
  await using traffic = new CheckedTraffic(cluster.url);
  await crowd(traffic, cluster.urls);
  await cluster.redis.pause();
  await pause(6000);
  await cluster.redis.resume();
  await traffic.until(200);
  await traffic.expectComplete();
  // Otherwise the silence was shorter than the limit.
  expect(traffic.failures.length).toBeGreaterThan(0);
});
