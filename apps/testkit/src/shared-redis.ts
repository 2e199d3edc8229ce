/** The Redis of the tests of this process: that of REDIS_URL, else one that is started by the first who needs it. */
import { type RedisServer, redisStarter } from '@plenum/local-redis';

const startRedis = redisStarter(
  "There is no Redis 7 here: put redis-server or valkey-server on the PATH, start Docker, or set REDIS_URL. With engine: 'memory' a node needs none.",
);

export interface BorrowedRedis {
  readonly url: string;
  /** Idempotent. A Redis that was started here ends with the last who has borrowed it, and its data too. */
  giveBack(): Promise<void>;
}

let started: Promise<RedisServer> | null = null;
let startedUrl = '';
let borrowers = 0;

const given = (url: string): BorrowedRedis => ({ url, giveBack: async () => undefined });

/** @param url of a Redis; null: any. @throws Error with one sentence if there is no Redis here */
export async function borrowRedis(url: string | null): Promise<BorrowedRedis> {
  const wanted = url ?? (process.env['REDIS_URL']?.trim() || null);
  if (wanted !== null && wanted !== startedUrl) return given(wanted);
  borrowers += 1;
  started ??= startRedis();
  try {
    const server = await started;
    startedUrl = server.url;
    return { url: server.url, giveBack: once(() => giveBack(server)) };
  } catch (error) {
    borrowers -= 1;
    started = null;
    throw error;
  }
}

async function giveBack(server: RedisServer): Promise<void> {
  borrowers -= 1;
  if (borrowers > 0) return;
  started = null;
  startedUrl = '';
  await server.stop();
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= act();
    return done;
  };
}
