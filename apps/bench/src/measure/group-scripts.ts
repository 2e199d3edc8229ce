/**
 * Counts the scripts that name a group of the load, whatever else the nodes ask Redis for: leases and beats are prolonged
 * by scripts too, more often than a slow load sends. It reads all that Redis is asked, so it is for slow loads only.
 */
import { Redis } from 'ioredis';

const running = new Set(['evalsha', 'eval', 'fcall']);

export class GroupScripts {
  readonly #redis: Redis;
  readonly #monitor: Redis;
  #count = 0;

  private constructor(redis: Redis, monitor: Redis, groups: string) {
    this.#redis = redis;
    this.#monitor = monitor;
    monitor.on('monitor', (_time: string, [command = '', _script, ...given]: string[]) => {
      if (running.has(command.toLowerCase()) && given.some((text) => text.includes(groups))) this.#count += 1;
    });
  }

  /** @param groups what the names of the groups have in common, and no other name */
  static async of(redisUrl: string, groups: string): Promise<GroupScripts> {
    const redis = new Redis(redisUrl);
    return new GroupScripts(redis, await redis.monitor(), groups);
  }

  /** Since the beginning. */
  get count(): number {
    return this.#count;
  }

  close(): void {
    this.#monitor.disconnect();
    this.#redis.disconnect();
  }
}
