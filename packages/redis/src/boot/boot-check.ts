/** Checks Redis once, over separate connections, before the node starts. A failed check throws one sentence. */

import { type Clock, numberedTags, type PartitionTags, PlenumError } from '@plenum/core';
import { type Cluster, Redis } from 'ioredis';
import {
  asClusterSeed,
  type ClusterAddress,
  type Endpoint,
  type RedisAddress,
} from '../connections/address.ts';
import {
  createCluster,
  createLink,
  createRedis,
  type RedisClient,
  sentinelLogin,
  serversOf,
} from '../connections/client.ts';
import { lookAtServer, lookOptions } from '../connections/client-options.ts';
import { failureSentence, loginSentence, tlsSentence } from '../connections/failure-sentence.ts';
import { parseServerInfo } from '../connections/server-info.ts';
import { shardsOf, tagAt } from '../connections/shards.ts';
import { Keys } from '../keys.ts';
import { isReply, lackIn, lackSentence } from '../rights/refusal.ts';
import { type Trial, tryRights } from '../rights/try-rights.ts';
import { within } from '../within.ts';
import { expectReadableData } from './data-version.ts';
import { agreeOnTags } from './partition-tags.ts';
import { checkCluster, checkServer } from './server-checks.ts';

/** Without this limit the client library waits forever for a Cluster whose servers report no addresses. */
const discoveryTimeoutMs = 8000;

const connectionName = 'plenum-boot';

export interface CheckedRedis {
  /** The address to connect to: the given one, or a Cluster address if the given single server is a Cluster node. */
  readonly address: RedisAddress;
  /** The hash tags of the prefix. */
  readonly tags: PartitionTags;
}

export interface BootOptions {
  readonly clock: Clock;
  /** True for a rebuild, which continues what it has begun. Default: such data is refused. */
  readonly mayBeHalfRebuilt?: boolean;
}

/** What every step of the check needs. */
interface Boot extends BootOptions {
  readonly keys: Keys;
}

/** @throws Error with one sentence that names the fault */
export async function checkRedis(
  address: RedisAddress,
  prefix: string,
  options: BootOptions,
): Promise<CheckedRedis> {
  // The tags are not known yet: the check uses keys of the prefix and of servers only.
  const keys = new Keys(prefix);
  address.tls?.check();
  try {
    return await checkAddress(address, { ...options, keys });
  } catch (cause) {
    throw refusalOf(cause, prefix) ?? cause;
  }
}

/** @returns one sentence that names the missing right, or null when the error is about something else */
function refusalOf(cause: unknown, prefix: string): Error | null {
  if (!isReply(cause)) return null;
  const lack = lackIn(cause.message);
  const sentence = lack === null ? null : lackSentence([lack], prefix);
  return sentence === null ? null : new Error(sentence, { cause });
}

async function checkAddress(address: RedisAddress, boot: Boot): Promise<CheckedRedis> {
  const { keys } = boot;
  if (address.type === 'cluster') return checkClusterAt(address, boot);
  const redis = createRedis(address, { ...lookOptions, connectionName });
  try {
    await connect(redis, address);
    const info = parseServerInfo(await infoOf(redis, keys));
    if (info.get('cluster_enabled') === '1' && address.type === 'standalone') {
      const cluster = asClusterSeed(address);
      checkCluster(parseServerInfo(String(await redis.cluster('INFO'))));
      return await checkClusterAt(cluster, boot);
    }
    checkServer(info);
    await checkRights({ redis, prefix: keys.prefix, tag: numberedTags.tagOfPartition(0), isCluster: false });
    return await checkedOn(redis, address, boot);
  } finally {
    redis.disconnect();
  }
}

async function checkClusterAt(address: ClusterAddress, boot: Boot): Promise<CheckedRedis> {
  const { keys, clock } = boot;
  const cluster = createCluster(address, {
    lazyConnect: true,
    clusterRetryStrategy: () => null,
    slotsRefreshTimeout: lookOptions.commandTimeout,
    redisOptions: { ...lookAtServer, connectionName },
  });
  try {
    await within(clock, discoveryTimeoutMs, connect(cluster, address)).catch((cause: unknown) => {
      if (!(cause instanceof PlenumError)) throw cause;
      throw new Error(`The Redis Cluster at ${address.name} does not report the addresses of its servers.`, {
        cause,
      });
    });
    checkCluster(parseServerInfo(String(await cluster.cluster('INFO'))));
    const masters = shardsOf(cluster).map(({ name, redis }) => checkMaster(cluster, name, { redis, keys }));
    await Promise.all(masters);
    return await checkedOn(cluster, address, boot);
  } finally {
    cluster.disconnect();
  }
}

/** @throws Error with one sentence if this version cannot use the data of the prefix */
async function checkedOn(
  redis: RedisClient,
  address: RedisAddress,
  { keys, mayBeHalfRebuilt = false }: Boot,
): Promise<CheckedRedis> {
  await expectReadableData(redis, keys, { mayBeHalfRebuilt });
  return { address, tags: await agreeOnTags(redis, keys) };
}

/** An error about one of many servers names that server. */
async function checkMaster(
  cluster: Cluster,
  name: string,
  { redis, keys }: { readonly redis: Redis | null; readonly keys: Keys },
): Promise<void> {
  try {
    if (redis === null) throw new Error('It has slots and cannot be reached.');
    checkServer(parseServerInfo(await infoOf(redis, keys)));
    const tag = tagAt(cluster, name) ?? numberedTags.tagOfPartition(0);
    await checkRights({ redis, prefix: keys.prefix, tag, isCluster: true });
  } catch (cause) {
    const { message } =
      refusalOf(cause, keys.prefix) ?? (cause instanceof Error ? cause : new Error(String(cause)));
    throw new Error(`Redis Cluster master ${name}: ${message}`, { cause });
  }
}

/** @throws Error that names all missing rights, if a right is missing */
async function infoOf(redis: Redis, { prefix }: Keys): Promise<string> {
  try {
    return await redis.info();
  } catch (cause) {
    if (refusalOf(cause, prefix) !== null) {
      await checkRights({ redis, prefix, tag: numberedTags.tagOfPartition(0), isCluster: false });
    }
    throw cause;
  }
}

async function checkRights(trial: Trial): Promise<void> {
  const sentence = lackSentence(await tryRights(trial), trial.prefix);
  if (sentence !== null) throw new Error(sentence);
}

/** The rejection of `connect` says "closed" only. The reason is in an error event before it. */
async function connect(client: RedisClient, address: RedisAddress): Promise<void> {
  let reason: Error | undefined;
  const keep = (error: Error) => {
    reason ??= error;
  };
  client.on('error', keep);
  client.on('sentinelError', keep);
  // The client emits this once per seed that failed, before its own error.
  client.on('node error', keep);
  try {
    await client.connect();
  } catch (error) {
    const cause = reason ?? (error instanceof Error ? error : new Error(String(error)));
    await askReporters(address);
    throw isReply(cause) && lackIn(cause.message) !== null ? cause : connectFailure(address, cause);
  }
}

/**
 * Asks the servers that report where Redis is, because the client library does not say why they refuse it.
 * @throws Error with one sentence if each of them refuses the connection, not if it only cannot be reached
 */
async function askReporters(address: RedisAddress): Promise<void> {
  const refusals = await Promise.all(
    serversOf(address).endpoints.map((at) => refusalAt(clientOf(address, at), nameOf(address, at))),
  );
  const [first] = refusals;
  if (first !== undefined && refusals.every((refusal) => refusal !== null)) throw first;
}

const nameOf = ({ type }: RedisAddress, { host, port }: Endpoint): string =>
  `${type === 'sentinel' ? 'the Sentinel' : 'Redis'} at ${host}:${port}`;

function clientOf(address: RedisAddress, at: Endpoint): Redis {
  const options = { ...lookOptions, connectionName };
  if (address.type === 'cluster') return createLink(address, at, options);
  return new Redis({ ...options, ...(address.type === 'sentinel' ? sentinelLogin(address) : {}), ...at });
}

async function refusalAt(redis: Redis, name: string): Promise<Error | null> {
  let reason: Error | null = null;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  const cause = await redis.connect().then(
    () => null,
    (error: Error) => reason ?? error,
  );
  redis.disconnect();
  const said = cause === null ? null : (loginSentence(cause, name) ?? tlsSentence(cause, name));
  return said === null ? null : new Error(said.replace(/^the /, 'The '), { cause });
}

/** Why Redis cannot be reached, and what to check. */
function sentence({ type, name, isTls }: RedisAddress, error: Error): string {
  if (error.message.includes('cluster support disabled')) {
    return `REDIS_URL names several nodes, and Redis at ${name} is not in cluster mode: give one URL, or the nodes of a Cluster.`;
  }
  if (type === 'sentinel' && !('code' in error) && error.name !== 'ReplyError') {
    return `The Sentinels at ${name} name no master that can be reached: ${error.message}`;
  }
  return failureSentence(error, { name: `Redis at ${name}`, isTls });
}

const connectFailure = (address: RedisAddress, error: Error): Error =>
  new Error(sentence(address, error), { cause: error });
