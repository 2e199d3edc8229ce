import { startRedis } from './redis-server.ts';

export interface RedisForTests {
  readonly url: string;
  /** False: it is somebody's. Use fresh prefixes, never flush, configure, freeze or kill it. */
  readonly isOwn: boolean;
  dispose(): Promise<void>;
}

/** `REDIS_URL` if it is set, else a Redis of one's own. Conformance and flow tests take this one. */
export async function obtainRedisForTests(): Promise<RedisForTests> {
  const given = process.env['REDIS_URL'];
  if (given) return { url: given, isOwn: false, dispose: async () => undefined };
  const server = await startRedis();
  return { url: server.url, isOwn: true, dispose: () => server.stop() };
}
