/** A private Redis for a test, which may kill, freeze and restart it. An image for CI installs one if it has none. */
import { redisAdvice, redisStarter } from '@plenum/local-redis';
import { installWithApt } from '../server/install-with-apt.ts';

export type { RedisServer, RedisServerOptions } from '@plenum/local-redis';

/** @throws Error with Redis' own last lines when it does not start. */
export const startRedis = redisStarter(redisAdvice, installWithApt('redis-server'));
