/** One node and its Redis, with an admin token, and the longest script that Redis ran. */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startPlenum } from './plenum-system.ts';
import type { RunningSystem } from './system.ts';

export interface Deployment extends AsyncDisposable {
  readonly system: RunningSystem;
  readonly redis: Redis;
  /** @throws Error with the answer, unless it is a success */
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer>;
  /** Runs it. @returns its time, and the longest command of Redis meanwhile, ms */
  timed(act: () => Promise<unknown>): Promise<{ readonly tookMs: number; readonly longestMs: number }>;
}

/** Fields of an answer, as far as they are read here. */
export interface Answer {
  readonly message_id?: string;
  readonly next_cursor?: string | null;
  readonly members?: readonly unknown[];
  /** Of members by their status. */
  readonly counts?: Readonly<Record<string, number>>;
}

const againAfterMs = 20;
const attemptsMax = 500;
/** Commands below it are not noted, us. */
const slowUs = 1000;

export async function deployment(environment: Readonly<Record<string, string>> = {}): Promise<Deployment> {
  const token = randomBytes(32).toString('hex');
  const system = await startPlenum({
    nodeCount: 1,
    environment: { PLENUM_ADMIN_TOKEN: token, ...environment },
  });
  const redis = new Redis(system.redisUrl ?? '');
  await redis.config('SET', 'slowlog-log-slower-than', slowUs, 'slowlog-max-len', 100_000);
  return {
    system,
    redis,
    ask: (method, path, body) => ask(new URL(path, system.urls[0]), { method, token, body }),
    timed: async (act) => {
      await redis.call('SLOWLOG', 'RESET');
      const startMs = performance.now();
      await act();
      const tookMs = performance.now() - startMs;
      const lines = await redis.call('SLOWLOG', 'GET', '-1');
      const took = Array.isArray(lines) ? lines.map((line) => Number(line[2]) / 1000) : [];
      return { tookMs, longestMs: took.reduce((most, ms) => Math.max(most, ms), 0) };
    },
    [Symbol.asyncDispose]: async () => {
      redis.disconnect();
      await system.stop();
    },
  };
}

interface Asked {
  readonly method: string;
  readonly token: string;
  readonly body: object | undefined;
}

async function ask(url: URL, { method, token, body }: Asked): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    // Too much at a time: the node says so and has done nothing.
    const isBusy = answer.status === 429 || answer.status === 503;
    if (!isBusy || attempt === attemptsMax)
      throw new Error(`${method} ${url.pathname}: ${answer.status} ${text}`);
    await new Promise((resolve) => setTimeout(resolve, againAfterMs));
  }
}

/** Calls `act` for 0 … count − 1, at most so many at a time. */
export async function each(
  count: number,
  lanes: number,
  act: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      await act(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
}
