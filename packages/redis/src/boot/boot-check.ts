/** Looks at Redis once, over a connection of its own, before anything is started: it is what we need, or one sentence says why not. */
import { PARTITION_COUNT } from '@plenum/core';
import { Redis } from 'ioredis';
import type { Keys } from '../keys.ts';
import type { RedisAddress } from '../redis-address.ts';
import { connectFailure } from './connect-failure.ts';
import { checkServer } from './server-checks.ts';
import { parseServerInfo } from './server-info.ts';

const answerTimeoutMs = 5000;

/** @throws Error naming the one thing that is wrong. */
export async function checkRedis(address: RedisAddress, keys: Keys): Promise<void> {
  const redis = new Redis(address.url, {
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    connectTimeout: 3000,
    commandTimeout: answerTimeoutMs,
    socketTimeout: answerTimeoutMs,
    connectionName: 'plenum-boot',
  });
  try {
    await connect(redis, address);
    checkServer(parseServerInfo(await redis.info()));
    await agreeOnPartitionCount(redis, keys);
  } finally {
    redis.disconnect();
  }
}

/** The rejection of `connect` says "closed" only; the reason is in the error event before it. */
async function connect(redis: Redis, address: RedisAddress): Promise<void> {
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
  } catch (error) {
    throw connectFailure(address, reason ?? (error instanceof Error ? error : new Error(String(error))));
  }
}

/** The first boot of a prefix writes the count; every later one has to find its own. */
async function agreeOnPartitionCount(redis: Redis, keys: Keys): Promise<void> {
  await redis.hsetnx(keys.meta(), 'partitions', PARTITION_COUNT);
  const stored = await redis.hget(keys.meta(), 'partitions');
  if (stored === String(PARTITION_COUNT)) return;
  throw new Error(
    `Prefix "${keys.prefix}" holds groups in ${stored} partitions and this version has ${PARTITION_COUNT}: changing the count is a migration.`,
  );
}
