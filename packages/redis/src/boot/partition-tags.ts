/** Agrees with all nodes of a prefix on the hash tags of its partitions: `partitions` in the prefix's `meta`. */
import { evenTags, numberedTags, PARTITION_COUNT, type PartitionTags } from '@plenum/core';
import { Redis } from 'ioredis';
import type { RedisClient } from '../connections/client.ts';
import { Keys } from '../keys.ts';
import { DATA_VERSION, dataVersionField } from './data-version.ts';

const partitionsField = 'partitions';
const numberedText = String(PARTITION_COUNT);
/** Not a number alone, so that a node that knows only `{p17}` refuses to start on the prefix. */
const evenText = `${PARTITION_COUNT} even`;

/**
 * The first boot of a prefix chooses the tags: even ones on a Redis Cluster, else `{p17}`. Every later boot only reads
 * them, so a node also starts when the memory of Redis is full.
 * @throws Error with one sentence if this version does not know what is stored
 */
export async function agreeOnTags(redis: RedisClient, keys: Keys): Promise<PartitionTags> {
  const found = await redis.hget(keys.meta(), partitionsField);
  if (found === null) await writeTags(redis, keys.meta(), await firstTags(redis, keys.prefix));
  const stored = found ?? (await redis.hget(keys.meta(), partitionsField));
  if (stored === numberedText) return numberedTags;
  if (stored === evenText) return evenTags;
  throw new Error(
    `Prefix "${keys.prefix}" holds groups in ${stored} partitions and this version has ${PARTITION_COUNT}: changing the count is a migration.`,
  );
}

/** Writes the tags, and the version of its data, of a prefix that has none; an earlier choice stays. */
export async function writeTags(redis: RedisClient, meta: string, tags: PartitionTags): Promise<void> {
  await redis.hsetnx(meta, dataVersionField, DATA_VERSION);
  await redis.hsetnx(meta, partitionsField, tags === evenTags ? evenText : numberedText);
}

async function firstTags(redis: RedisClient, prefix: string): Promise<PartitionTags> {
  if (redis instanceof Redis) return numberedTags;
  return (await isNumbered(redis, new Keys(prefix, numberedTags))) ? numberedTags : evenTags;
}

/** True if partitions were owned under `{p17}`: then only the master that had `meta` came up empty. */
async function isNumbered(redis: RedisClient, { lastToken }: Keys): Promise<boolean> {
  const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
  const tokens = await Promise.all(partitions.map((partition) => redis.get(lastToken(partition))));
  return tokens.some((token) => token !== null);
}
