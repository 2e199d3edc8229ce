/** A private Redis for a test, which may kill, freeze and restart it. An image for CI installs one if it has none. */
import {
  type RedisServerOptions as LaunchOptions,
  type RedisServer,
  redisAdvice,
  redisStarter,
} from '@plenum/local-redis';
import { installWithApt } from '../server/install-with-apt.ts';
import { shippedUsers } from './shipped-acl.ts';

export type { RedisServer } from '@plenum/local-redis';

export interface RedisServerOptions extends Omit<LaunchOptions, 'users'> {
  /**
   * Default: the default user may do everything, and `serviceUrl` names the user of `deploy/redis.acl`, for every prefix.
   * Null: the server has the default user only.
   */
  readonly users?: LaunchOptions['users'] | null;
}

const start = redisStarter(redisAdvice, installWithApt('redis-server'));

/** @throws Error with Redis' own last lines when it does not start. */
export function startRedis({ users, ...options }: RedisServerOptions = {}): Promise<RedisServer> {
  if (users === null) return start(options);
  return start({ ...options, users: users ?? shippedUsers() });
}
