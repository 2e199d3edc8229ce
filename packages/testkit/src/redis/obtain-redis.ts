import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis-server.ts';
import { shippedRules } from './shipped-acl.ts';

export interface RedisForTests {
  readonly url: string;
  /** False: a shared server. Use fresh prefixes; never flush, configure, freeze or kill it. */
  readonly isOwn: boolean;
  dispose(): Promise<void>;
}

/**
 * The Redis of conformance and flow tests: `REDIS_URL` if it is set, else a private server. With `REDIS_TEST_USER=shipped` the
 * private server has only the user of `deploy/redis.acl`, and the rights of this user end at fresh prefixes.
 */
export async function obtainRedisForTests(): Promise<RedisForTests> {
  const given = process.env['REDIS_URL'];
  if (given) return { url: given, isOwn: false, dispose: async () => undefined };
  const server = await startRedis();
  const isShippedUser = process.env['REDIS_TEST_USER'] === 'shipped';
  const url = isShippedUser ? await asShippedUser(server) : server.url;
  return { url, isOwn: true, dispose: () => server.stop() };
}

const password = 'of-the-shipped-user';

async function asShippedUser({ url, port }: RedisServer): Promise<string> {
  const admin = new Redis(url);
  try {
    await admin.call('ACL', 'SETUSER', 'plenum', ...shippedRules({ password, prefix: 'test-*' }));
    await admin.call('ACL', 'SETUSER', 'default', 'resetkeys', 'resetchannels', '-@all', '+ping');
  } finally {
    admin.disconnect();
  }
  return `redis://plenum:${password}@127.0.0.1:${port}`;
}

/** A prefix that no other test uses, in the form `[a-z0-9_-]{1,32}`: tests may share one Redis. */
export const freshPrefix = (): string => `test-${randomBytes(8).toString('hex')}`;
