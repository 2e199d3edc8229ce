/** A Redis with an append-only file, and if wanted a replica that can take its place without losing a write. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisServer, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';

export interface RedisPairOptions {
  readonly hasReplica: boolean;
  readonly startRedis: typeof startRedis;
}

const pollMs = 50;
const patienceMs = 20_000;
const shared = ['--repl-diskless-sync-delay', '0'];

const outOfSync =
  'the replica of Redis did not come in sync with its master (one in Docker cannot: put redis-server on the PATH)';

interface Server {
  readonly redis: RedisServer;
  /** Of the administrator. */
  readonly client: Redis;
}

export class RedisPair {
  #master: Server;
  #replica: Server | null = null;

  private constructor(master: Server) {
    this.#master = master;
  }

  /** Resolves when the replica, if there is one, has what its master has. */
  static async start({ hasReplica, startRedis }: RedisPairOptions): Promise<RedisPair> {
    const pair = new RedisPair(opened(await startRedis({ appendonly: true, args: shared })));
    try {
      if (!hasReplica) return pair;
      const of = ['--replicaof', `127.0.0.1 ${pair.port}`];
      pair.#replica = opened(await startRedis({ appendonly: true, args: [...shared, ...of] }));
      await pair.#untilInSync(pair.#replica);
      return pair;
    } catch (error) {
      await pair.stop();
      throw error;
    }
  }

  /** Of the master. */
  get port(): number {
    return this.#master.redis.port;
  }

  /** @returns a `REDIS_URL` that leads through a port of this machine */
  urlThrough(port: number): string {
    const url = new URL(this.#master.redis.url);
    url.port = String(port);
    return url.href;
  }

  /**
   * The replica becomes the master and the master its replica, by `FAILOVER`: writes wait until the replica has everything.
   * @throws Error if it does not come to that
   */
  async failover(): Promise<void> {
    const [old, next] = [this.#master, this.#replica];
    if (next === null) throw new Error('Redis has no replica');
    await this.#untilInSync(next);
    await old.client.call('FAILOVER', 'TO', '127.0.0.1', String(next.redis.port), 'TIMEOUT', '10000');
    await until('the replica of Redis became no master', async () => (await roleOf(next)) === 'master');
    [this.#master, this.#replica] = [next, old];
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    const servers = [this.#master, ...(this.#replica === null ? [] : [this.#replica])];
    for (const { client } of servers) client.disconnect();
    await Promise.all(servers.map(({ redis }) => redis.stop()));
  }

  #untilInSync(replica: Server): Promise<void> {
    return until(outOfSync, async () => {
      const status = await fieldOf(replica, 'master_link_status');
      return status === 'up' && (await fieldOf(replica, 'master_sync_in_progress')) === '0';
    });
  }
}

function opened(redis: RedisServer): Server {
  const client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => pollMs });
  client.on('error', () => {});
  return { redis, client };
}

const roleOf = (server: Server) => fieldOf(server, 'role');

async function fieldOf({ client }: Server, name: string): Promise<string> {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(await client.info('replication'))?.[1] ?? '';
}

async function until(problem: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`${problem} within ${patienceMs / 1000} s`);
    await pause(pollMs);
  }
}
