/** Looks at Redis once, over connections of its own, before anything is started: it is what we need, or one sentence says why not. */
import { type Clock, PARTITION_COUNT, PlenumError } from '@plenum/core';
import type { CommonRedisOptions, Redis } from 'ioredis';
import type { Keys } from '../keys.ts';
import { asClusterSeed, type ClusterAddress, type RedisAddress } from '../redis-address.ts';
import { createCluster, createRedis } from '../redis-client.ts';
import type { ScriptClient } from '../scripts/index.ts';
import { shardsOf } from '../shards.ts';
import { within } from '../within.ts';
import { connectFailure } from './connect-failure.ts';
import { checkCluster, checkServer } from './server-checks.ts';
import { parseServerInfo } from './server-info.ts';

const answerTimeoutMs = 5000;
/** The client library waits for ever for a Cluster whose servers tell no addresses. */
const discoveryTimeoutMs = 8000;

const bootOptions = {
  connectTimeout: 3000,
  commandTimeout: answerTimeoutMs,
  socketTimeout: answerTimeoutMs,
  connectionName: 'plenum-boot',
} satisfies CommonRedisOptions;

/**
 * @returns where to connect to: the address itself, unless a single server has turned out to be a node of a Cluster.
 * @throws Error naming the one thing that is wrong.
 */
export async function checkRedis(address: RedisAddress, keys: Keys, clock: Clock): Promise<RedisAddress> {
  if (address.kind === 'cluster') {
    await checkClusterAt(address, keys, clock);
    return address;
  }
  const redis = createRedis(address, {
    ...bootOptions,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
  });
  try {
    await connect(redis, address);
    const info = parseServerInfo(await redis.info());
    if (info.get('cluster_enabled') === '1' && address.kind === 'standalone') {
      const cluster = asClusterSeed(address);
      checkCluster(parseServerInfo(String(await redis.cluster('INFO'))));
      await checkClusterAt(cluster, keys, clock);
      return cluster;
    }
    checkServer(info);
    await agreeOnPartitionCount(redis, keys);
    return address;
  } finally {
    redis.disconnect();
  }
}

async function checkClusterAt(address: ClusterAddress, keys: Keys, clock: Clock): Promise<void> {
  const cluster = createCluster(address, {
    lazyConnect: true,
    clusterRetryStrategy: () => null,
    slotsRefreshTimeout: answerTimeoutMs,
    redisOptions: bootOptions,
  });
  try {
    await within(clock, discoveryTimeoutMs, connect(cluster, address)).catch((cause: unknown) => {
      if (!(cause instanceof PlenumError)) throw cause;
      throw new Error(`The Redis Cluster at ${address.name} does not tell where its servers are.`, { cause });
    });
    checkCluster(parseServerInfo(String(await cluster.cluster('INFO'))));
    await Promise.all(shardsOf(cluster).map(({ name, redis }) => checkMaster(name, redis)));
    await agreeOnPartitionCount(cluster, keys);
  } finally {
    cluster.disconnect();
  }
}

/** What is wrong with one of many servers is said with its name. */
async function checkMaster(name: string, redis: Redis | null): Promise<void> {
  try {
    if (redis === null) throw new Error('It has slots and cannot be reached.');
    checkServer(parseServerInfo(await redis.info()));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Of the Redis Cluster, the master at ${name}: ${reason}`, { cause });
  }
}

/** The rejection of `connect` says "closed" only; the reason is in an error event before it. */
async function connect(client: ScriptClient, address: RedisAddress): Promise<void> {
  let reason: Error | undefined;
  const keep = (error: Error) => {
    reason ??= error;
  };
  client.on('error', keep);
  client.on('sentinelError', keep);
  // Comes before the error that sums up: of each seed that was tried.
  client.on('node error', keep);
  try {
    await client.connect();
  } catch (error) {
    throw connectFailure(address, reason ?? (error instanceof Error ? error : new Error(String(error))));
  }
}

/** The first boot of a prefix writes the count; every later one finds it, and starts on a Redis without memory too. */
async function agreeOnPartitionCount(redis: ScriptClient, keys: Keys): Promise<void> {
  const found = await redis.hget(keys.meta(), 'partitions');
  if (found === null) await redis.hsetnx(keys.meta(), 'partitions', PARTITION_COUNT);
  const stored = found ?? (await redis.hget(keys.meta(), 'partitions'));
  if (stored === String(PARTITION_COUNT)) return;
  throw new Error(
    `Prefix "${keys.prefix}" holds groups in ${stored} partitions and this version has ${PARTITION_COUNT}: changing the count is a migration.`,
  );
}
