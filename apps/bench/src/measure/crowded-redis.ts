/** Makes a group or a Redis large without the service: copies the keys that its scripts have written. */
import { Redis } from 'ioredis';

const atOnce = 5000;
const templateBytesMax = 8192;

export interface GroupTemplate {
  readonly groupId: string;
  readonly parts: readonly { readonly key: string; readonly dump: Buffer }[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export class CrowdedRedis {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url);
    // Failures reach the callers of the commands, so the event needs no handling.
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

  /** Takes a group as it is now. @throws Error if it is so large that copies of it would fill the machine. */
  async template(groupId: string): Promise<GroupTemplate> {
    const keys = await this.#keysOf(groupId);
    const dumped = await Promise.all(
      keys.map(async (key) => ({ key, dump: await this.#redis.dumpBuffer(key) })),
    );
    const parts = dumped.flatMap(({ key, dump }) => (dump === null ? [] : [{ key, dump }]));
    const bytes = parts.reduce((sum, { dump }) => sum + dump.length, 0);
    if (bytes <= templateBytesMax) return { groupId, parts };
    throw new Error(`${groupId} has ${bytes} bytes: too large to be copied many times`);
  }

  /** Copies numbered `from` to `to` − 1. They stand in the slot of the template: that is the same to Redis. */
  async addGroups({ groupId, parts }: GroupTemplate, { from, to }: Range): Promise<void> {
    for (let at = from; at < to; at += atOnce) {
      const pipeline = this.#redis.pipeline();
      for (let number = at; number < Math.min(to, at + atOnce); number += 1) {
        for (const { key, dump } of parts) pipeline.restore(key.replace(groupId, `copy:${number}`), 0, dump);
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
