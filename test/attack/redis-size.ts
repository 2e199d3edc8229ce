/** How much a Redis holds. */
import { Redis } from 'ioredis';

export interface RedisSize {
  readonly keys: number;
  readonly bytes: number;
}

export async function redisSize(url: string): Promise<RedisSize> {
  const redis = new Redis(url);
  try {
    const [keys, info] = await Promise.all([redis.dbsize(), redis.info('memory')]);
    return { keys, bytes: Number(info.match(/^used_memory_dataset:(\d+)/m)?.[1]) };
  } finally {
    redis.disconnect();
  }
}
