/** A Redis on this machine, for development and tests: from the PATH, else in Docker. Nothing is installed. */
export { freePort } from './free-port.ts';
export { foldersOnPath, folderWith, isExecutable, obtainer } from './obtain-server.ts';
export { guardAgainstOutliving, removalOfProcess } from './outlive-guard.ts';
export {
  type RedisServer,
  type RedisServerOptions,
  redisStarter,
  type StartRedis,
} from './redis-server.ts';
export { redisAdvice, startRedis } from './start-redis.ts';
