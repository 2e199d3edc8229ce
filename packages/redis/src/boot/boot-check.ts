/** Looks at Redis once, over connections of its own, before anything is started: it is what we need, or one sentence says why not. */

import { type Clock, PARTITION_COUNT, PlenumError, tagOfPartition } from '@plenum/core';
import type { Cluster, Redis } from 'ioredis';
import { asClusterSeed, type ClusterAddress, type RedisAddress } from '../connections/address.ts';
import type { RedisClient } from '../connections/client.ts';
import { createCluster, createRedis } from '../connections/client.ts';
import { lookAtServer, lookOptions } from '../connections/client-options.ts';
import { parseServerInfo } from '../connections/server-info.ts';
import { shardsOf, tagAt } from '../connections/shards.ts';
import type { Keys } from '../keys.ts';
import { isReply, lackIn, lackSentence } from '../rights/refusal.ts';
import { type Trial, tryRights } from '../rights/try-rights.ts';
import { within } from '../within.ts';
import { connectFailure } from './connect-failure.ts';
import { checkCluster, checkServer } from './server-checks.ts';

/** The client library waits for ever for a Cluster whose servers tell no addresses. */
const discoveryTimeoutMs = 8000;

const connectionName = 'plenum-boot';

/**
 * @returns where to connect to: the address itself, unless a single server has turned out to be a node of a Cluster.
 * @throws Error naming the one thing that is wrong.
 */
export async function checkRedis(address: RedisAddress, keys: Keys, clock: Clock): Promise<RedisAddress> {
  try {
    return await checkAddress(address, keys, clock);
  } catch (cause) {
    throw refusalOf(cause, keys.prefix) ?? cause;
  }
}

/** @returns the one right that an answer of Redis says is lacking, in a sentence */
function refusalOf(cause: unknown, prefix: string): Error | null {
  if (!isReply(cause)) return null;
  const lack = lackIn(cause.message);
  const sentence = lack === null ? null : lackSentence([lack], prefix);
  return sentence === null ? null : new Error(sentence, { cause });
}

async function checkAddress(address: RedisAddress, keys: Keys, clock: Clock): Promise<RedisAddress> {
  if (address.type === 'cluster') {
    await checkClusterAt(address, keys, clock);
    return address;
  }
  const redis = createRedis(address, { ...lookOptions, connectionName });
  try {
    await connect(redis, address);
    const info = parseServerInfo(await infoOf(redis, keys));
    if (info.get('cluster_enabled') === '1' && address.type === 'standalone') {
      const cluster = asClusterSeed(address);
      checkCluster(parseServerInfo(String(await redis.cluster('INFO'))));
      await checkClusterAt(cluster, keys, clock);
      return cluster;
    }
    checkServer(info);
    await checkRights({ redis, prefix: keys.prefix, tag: tagOfPartition(0), isCluster: false });
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
    slotsRefreshTimeout: lookOptions.commandTimeout,
    redisOptions: { ...lookAtServer, connectionName },
  });
  try {
    await within(clock, discoveryTimeoutMs, connect(cluster, address)).catch((cause: unknown) => {
      if (!(cause instanceof PlenumError)) throw cause;
      throw new Error(`The Redis Cluster at ${address.name} does not tell where its servers are.`, { cause });
    });
    checkCluster(parseServerInfo(String(await cluster.cluster('INFO'))));
    const masters = shardsOf(cluster).map(({ name, redis }) => checkMaster(cluster, name, { redis, keys }));
    await Promise.all(masters);
    await agreeOnPartitionCount(cluster, keys);
  } finally {
    cluster.disconnect();
  }
}

/** What is wrong with one of many servers is said with its name. */
async function checkMaster(
  cluster: Cluster,
  name: string,
  { redis, keys }: { readonly redis: Redis | null; readonly keys: Keys },
): Promise<void> {
  try {
    if (redis === null) throw new Error('It has slots and cannot be reached.');
    checkServer(parseServerInfo(await infoOf(redis, keys)));
    const tag = tagAt(cluster, name) ?? tagOfPartition(0);
    await checkRights({ redis, prefix: keys.prefix, tag, isCluster: true });
  } catch (cause) {
    const { message } =
      refusalOf(cause, keys.prefix) ?? (cause instanceof Error ? cause : new Error(String(cause)));
    throw new Error(`Of the Redis Cluster, the master at ${name}: ${message}`, { cause });
  }
}

/** @throws Error that names all that is lacking, if that is one of the rights */
async function infoOf(redis: Redis, { prefix }: Keys): Promise<string> {
  try {
    return await redis.info();
  } catch (cause) {
    if (refusalOf(cause, prefix) !== null) {
      await checkRights({ redis, prefix, tag: tagOfPartition(0), isCluster: false });
    }
    throw cause;
  }
}

async function checkRights(trial: Trial): Promise<void> {
  const sentence = lackSentence(await tryRights(trial), trial.prefix);
  if (sentence !== null) throw new Error(sentence);
}

/** The rejection of `connect` says "closed" only; the reason is in an error event before it. */
async function connect(client: RedisClient, address: RedisAddress): Promise<void> {
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
    const cause = reason ?? (error instanceof Error ? error : new Error(String(error)));
    throw isReply(cause) && lackIn(cause.message) !== null ? cause : connectFailure(address, cause);
  }
}

/** The first boot of a prefix writes the count; every later one finds it, and starts on a Redis without memory too. */
async function agreeOnPartitionCount(redis: RedisClient, keys: Keys): Promise<void> {
  const found = await redis.hget(keys.meta(), 'partitions');
  if (found === null) await redis.hsetnx(keys.meta(), 'partitions', PARTITION_COUNT);
  const stored = found ?? (await redis.hget(keys.meta(), 'partitions'));
  if (stored === String(PARTITION_COUNT)) return;
  throw new Error(
    `Prefix "${keys.prefix}" holds groups in ${stored} partitions and this version has ${PARTITION_COUNT}: changing the count is a migration.`,
  );
}
