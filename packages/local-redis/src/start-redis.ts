import { redisStarter } from './redis-server.ts';

/** What to do where there is no Redis. */
export const redisAdvice =
  'There is no Redis 7 here: put redis-server or valkey-server on the PATH, start Docker, or set REDIS_URL.';

/** Starts a private Redis on a free port. @throws Error with the advice if there is none here */
export const startRedis = redisStarter(redisAdvice);
