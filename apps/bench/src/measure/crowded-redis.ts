/** Makes a group or a Redis large without the service: what its scripts have written is found and multiplied. */
import { Redis } from 'ioredis';

const atOnce = 5000;

export class CrowdedRedis {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url);
    // A failed command says it to the one who waits for it.
    this.#redis.on('error', () => {});
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** Adds members to a group until it has `to`, each a copy of `userId`, who is member number `from` − 1. */
  async addMembers(
    groupId: string,
    { userId, from, to }: { userId: string; from: number; to: number },
  ): Promise<void> {
    for (const key of await this.#keysOf(groupId)) {
      const type = await this.#redis.type(key);
      const record = type === 'hash' ? await this.#redis.hget(key, userId) : null;
      const score = type === 'zset' ? await this.#redis.zscore(key, userId) : null;
      if (record === null && score === null) continue;
      for (let at = from; at < to; at += atOnce) {
        const names = Array.from({ length: Math.min(atOnce, to - at) }, (_, i) => `copy:${at + i}`);
        if (record !== null) await this.#redis.hset(key, ...names.flatMap((name) => [name, record]));
        else await this.#redis.zadd(key, ...names.flatMap((name) => [score ?? 0, name]));
      }
    }
  }

  /** Copies a group, all its keys, until there are `to`. Copies stand in the same slot: that is the same to Redis. */
  async addGroups(groupId: string, { from, to }: { from: number; to: number }): Promise<void> {
    const keys = await this.#keysOf(groupId);
    const dumps = await Promise.all(keys.map((key) => this.#redis.dumpBuffer(key)));
    for (let at = from; at < to; at += atOnce) {
      const pipeline = this.#redis.pipeline();
      for (let number = at; number < Math.min(to, at + atOnce); number += 1) {
        keys.forEach((key, i) => {
          const dump = dumps[i];
          if (dump !== null && dump !== undefined)
            pipeline.restore(key.replace(groupId, `copy:${number}`), 0, dump);
        });
      }
      await pipeline.exec();
    }
  }

  async #keysOf(groupId: string): Promise<readonly string[]> {
    const keys = await this.#redis.keys(`*:${groupId}`);
    if (keys.length > 0) return keys;
    throw new Error(`Redis holds nothing of ${groupId}`);
  }
}
