/**
 * Reads the durability class of an ack from the configuration of Redis. Managed services often refuse CONFIG: then the
 * class is `unknown`.
 */

import type { Clock, DurabilityClass } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { RedisClient } from '../connections/client.ts';
import { parseServerInfo } from '../connections/server-info.ts';
import { shardsOf } from '../connections/shards.ts';

export interface DurabilityFacts {
  readonly isAppendOnly: boolean;
  /** Null: CONFIG was refused. */
  readonly appendfsync: string | null;
  readonly minReplicasToWrite: number;
  readonly replicas: number;
}

/** Never returns D4 or D5: they need commands that this service does not send. */
export function durabilityClass(facts: DurabilityFacts): DurabilityClass {
  if (!facts.isAppendOnly) return 'D0';
  if (facts.appendfsync === null) return 'unknown';
  // With `no` the operating system decides when to write, so nothing is promised.
  if (facts.appendfsync === 'no') return 'D0';
  if (facts.minReplicasToWrite >= 1 && facts.replicas >= 1) return 'D3';
  return facts.appendfsync === 'always' ? 'D2' : 'D1';
}

async function readConfig(redis: Redis): Promise<ReadonlyMap<string, string> | null> {
  try {
    const flat = await redis.config('GET', 'appendfsync', 'min-replicas-to-write');
    if (!Array.isArray(flat)) return null;
    const words = flat.map(String);
    return new Map(words.flatMap((name, i) => (i % 2 === 0 ? [[name, words[i + 1] ?? '']] : [])));
  } catch {
    return null;
  }
}

/** From the weakest class to the strongest. */
const ranking: readonly DurabilityClass[] = ['unknown', 'D0', 'D1', 'D2', 'D3', 'D4', 'D5'];

/** @returns the class of the weakest shard; `unknown` when Redis does not report it. Never rejects */
async function readDurability(client: RedisClient): Promise<DurabilityClass> {
  const classes = await Promise.all(
    shardsOf(client).map(({ redis }) => (redis === null ? 'unknown' : durabilityOf(redis))),
  );
  return ranking.find((one) => classes.includes(one)) ?? 'unknown';
}

async function durabilityOf(redis: Redis): Promise<DurabilityClass> {
  try {
    const [text, config] = await Promise.all([redis.info(), readConfig(redis)]);
    const info = parseServerInfo(text);
    return durabilityClass({
      isAppendOnly: info.get('aof_enabled') === '1',
      appendfsync: config?.get('appendfsync') ?? null,
      minReplicasToWrite: Number(config?.get('min-replicas-to-write') ?? 0),
      replicas: Number(info.get('connected_slaves') ?? 0),
    });
  } catch {
    return 'unknown';
  }
}

/** Health probes ask every second, but only a failover or CONFIG SET changes the answer. */
const freshMs = 30_000;

/** The durability class, at most 30 s old. */
export class DurabilityReading {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  #reading: { readonly atMs: number; readonly answer: Promise<DurabilityClass> } | null = null;

  constructor(redis: RedisClient, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Never rejects. When Redis does not answer, the class is `unknown` and the next call asks again. */
  async current(): Promise<DurabilityClass> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#reading === null || nowMs - this.#reading.atMs > freshMs) {
      // A command without a connection would wait until there is one.
      if (this.#redis.status !== 'ready') return 'unknown';
      this.#reading = { atMs: nowMs, answer: readDurability(this.#redis) };
    }
    const answer = await this.#reading.answer;
    if (answer === 'unknown') this.#reading = null;
    return answer;
  }
}
