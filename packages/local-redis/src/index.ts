/** A Redis on this machine, for development and tests: from the PATH, else in Docker. Nothing is installed. */
export { freePort } from './free-port.ts';
export { foldersOnPath, folderWith, isExecutable, obtainer } from './obtain-server.ts';
export { guardAgainstOutliving, removalOfProcess } from './outlive-guard.ts';
export type { RedisLogin, RedisServerOptions, RedisTls, RedisUsers } from './redis-folder.ts';
export {
  type RedisServer,
  redisStarter,
  type StartRedis,
} from './redis-server.ts';
export { adminLine, type ServiceUserOptions, serviceRules, serviceUsers } from './service-users.ts';
export { redisAdvice, startRedis } from './start-redis.ts';
