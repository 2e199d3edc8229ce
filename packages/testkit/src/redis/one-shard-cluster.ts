/** Redis in cluster mode with a single master that serves every slot: enough to catch a key or channel in a wrong slot. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis-server.ts';

/** A server that never met another one does not know its own address, and would announce none. */
const announced = ['--cluster-announce-ip', '127.0.0.1'];
const pollMs = 50;
const attempts = 200;

async function untilClusterIsOk(redis: Redis): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (String(await redis.cluster('INFO')).includes('cluster_state:ok')) return;
    await pause(pollMs);
  }
  throw new Error('The one-shard cluster did not reach cluster_state:ok.');
}

/** @returns a server whose INFO says `cluster_enabled:1`; it refuses scripts that touch several slots. */
export async function startOneShardCluster(): Promise<RedisServer> {
  const server = await startRedis({ args: ['--cluster-enabled', 'yes', ...announced] });
  const redis = new Redis(server.url, { lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
    await untilClusterIsOk(redis);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    redis.disconnect();
  }
}
