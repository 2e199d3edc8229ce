/** `plenum dev`: a node for development, with a Redis of its own where REDIS_URL names none. */
import { type RedisServer, redisAdvice, startRedis } from '@plenum/local-redis';
import { isProduction } from '../config/requirements.ts';
import { type Config, environment } from '../config.ts';
import { isMemoryWanted, nodeConfigOrNull } from './read-configuration.ts';
import { refuse } from './refuse.ts';
import { type LanOptions, serveConfigured } from './serve.ts';

/** Its data are deleted at the end. Without a Redis here a single node keeps its groups in memory. @returns the exit code */
export async function dev(lan: LanOptions = {}): Promise<number> {
  if (isProduction(environment['NODE_ENV']))
    return refuse('plenum dev is for development, and NODE_ENV is production: run plenum serve');
  const config = await nodeConfigOrNull({}, { isEngineGiven: true });
  if (config === null) return 1;
  if (config.redisUrl !== null || (await isMemoryWanted())) return serveConfigured(config, lan);
  const redis = await ownRedis(config);
  if (redis === null) return serveConfigured(config, lan);
  // Workers read their environment themselves.
  environment['REDIS_URL'] = redis.url;
  try {
    return await serveConfigured({ ...config, redisUrl: redis.url }, { ...lan, ownRedis: redis.url });
  } finally {
    await redis.stop();
  }
}

/** @returns null if there is none here and one node can do without */
async function ownRedis({ workers }: Config): Promise<RedisServer | null> {
  try {
    return await startRedis({ appendonly: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (workers > 1) throw new Error(`${workers} workers share their groups through Redis. ${why}`);
    if (why !== redisAdvice) throw error;
    process.stderr.write(`${redisAdvice} Until then groups are kept in memory.\n`);
    return null;
  }
}
