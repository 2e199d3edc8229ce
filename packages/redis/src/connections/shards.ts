/** Finds the server of a key or a channel: the only server, or the master of its slot in a Cluster. */

import { type Clock, crc16, numberedTags, PARTITION_COUNT, type StoreServer } from '@plenum/core';
import { type Cluster, Redis } from 'ioredis';
import { within } from '../within.ts';
import type { RedisClient } from './client.ts';
import { parseServerInfo } from './server-info.ts';

const SLOT_COUNT = 16_384;
const answerTimeoutMs = 1000;
/** The longest round trip that is measured, ms. */
const roundTripMaxMs = 500;

export interface Shard {
  /** `host:port` of the master; empty if Redis is one server, whatever its current address. */
  readonly name: string;
  /** Null while there is no connection to it. */
  readonly redis: Redis | null;
}

/** @param key ASCII. If it contains braces, only the text between the first ones is hashed, unless that is empty */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return crc16(close > open + 1 ? key.slice(open + 1, close) : key) % SLOT_COUNT;
}

/** The master of the key's slot as the client knows it; null before it knows one. */
export const masterOf = (cluster: Cluster, key: string): string | null =>
  cluster.slots[slotOf(key)]?.[0] ?? null;

/** `host:port` of every master that has slots. */
export const mastersOf = (cluster: Cluster): ReadonlySet<string> =>
  new Set(cluster.slots.flatMap(([master]) => (master === undefined ? [] : [master])));

/**
 * @returns a hash tag in a slot of this master, whether or not the prefix uses it; null if none was found. For keys that
 * only try what the master accepts.
 */
export function tagAt(cluster: Cluster, master: string): string | null {
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const tag = numberedTags.tagOfPartition(partition);
    if (masterOf(cluster, tag) === master) return tag;
  }
  return null;
}

/** The name of the key's server, see `Shard.name`. */
export const shardNameOf = (client: RedisClient, key: string): string =>
  client instanceof Redis ? '' : (masterOf(client, key) ?? '');

/** Every shard of the deployment. */
export function shardsOf(client: RedisClient): readonly Shard[] {
  if (client instanceof Redis) return [{ name: '', redis: client }];
  const connections = new Map(client.nodes('all').map((redis) => [serverOf(redis), redis]));
  return [...mastersOf(client)].map((name) => ({ name, redis: connections.get(name) ?? null }));
}

/** `host:port` as CLUSTER SLOTS names it. */
const serverOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

export interface ShardsHealth {
  readonly answering: number;
  readonly away: number;
}

/**
 * How long the slowest shard takes for a ping, ms. Null: not all answer within half a second. Never rejects.
 */
export async function roundTripMs(client: RedisClient, clock: Clock): Promise<number | null> {
  const shards = client.status === 'ready' ? shardsOf(client) : [];
  const startMs = clock.monotonicMs();
  const pings = shards.map(({ redis }) => redis?.ping() ?? Promise.reject(new Error('no connection')));
  try {
    await within(clock, roundTripMaxMs, Promise.all(pings));
    return pings.length === 0 ? null : clock.monotonicMs() - startMs;
  } catch {
    return null;
  }
}

/** What each shard reports of itself. Never rejects. */
export const serversOf = (
  client: RedisClient,
  section: 'memory' | 'default',
  clock: Clock,
): Promise<readonly StoreServer[]> =>
  Promise.all(
    shardsOf(client).map(async ({ name, redis }) => {
      const asked = redis?.status === 'ready' ? within(clock, answerTimeoutMs, redis.info(section)) : null;
      const text = await asked?.catch(() => null);
      return { name: name === '' ? 'redis' : name, info: text == null ? null : parseServerInfo(text) };
    }),
  );

/** Counts the shards that answer a ping within 1 s. Never rejects. While no shard is known, one counts as away. */
export async function healthOfShards(client: RedisClient, clock: Clock): Promise<ShardsHealth> {
  const shards = client.status === 'ready' ? shardsOf(client) : [];
  const pings = await Promise.allSettled(
    shards.map(({ redis }) =>
      within(clock, answerTimeoutMs, redis?.ping() ?? Promise.reject(new Error('no connection'))),
    ),
  );
  const answering = pings.filter(({ status }) => status === 'fulfilled').length;
  return { answering, away: Math.max(1, shards.length) - answering };
}
