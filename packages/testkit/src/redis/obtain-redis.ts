import { randomBytes } from 'node:crypto';
import { startRedis } from './redis-server.ts';
import { shippedUsers } from './shipped-acl.ts';

export interface RedisForTests {
  /** Of the user whose rights a node has. */
  readonly url: string;
  /** Of a user that may look at everything. */
  readonly adminUrl: string;
  /** False: a shared server. Use fresh prefixes; never flush, configure, freeze or kill it. */
  readonly isOwn: boolean;
  dispose(): Promise<void>;
}

/**
 * The Redis of conformance and flow tests: `REDIS_URL` if it is set, else a private server, whose user has the rights of
 * `deploy/redis.acl` and no others. With `REDIS_TEST_USER=shipped` these rights end at fresh prefixes.
 */
export async function obtainRedisForTests(): Promise<RedisForTests> {
  const given = process.env['REDIS_URL'];
  if (given) return { url: given, adminUrl: given, isOwn: false, dispose: async () => undefined };
  const isNarrow = process.env['REDIS_TEST_USER'] === 'shipped';
  const server = await startRedis({ users: shippedUsers(isNarrow ? { prefix: 'test-*' } : {}) });
  const { url, serviceUrl } = server;
  return { url: serviceUrl, adminUrl: url, isOwn: true, dispose: () => server.stop() };
}

/** A prefix that no other test uses, in the form `[a-z0-9_-]{1,32}`: tests may share one Redis. */
export const freshPrefix = (): string => `test-${randomBytes(8).toString('hex')}`;
