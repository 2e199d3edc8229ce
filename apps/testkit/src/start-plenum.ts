/** Starts a node for a test: a real one, with a real Redis and a port of its own. */
import { randomBytes } from 'node:crypto';
import type { ManualClock } from '@plenum/testkit';
import { createPlenum, type Plenum, type PlenumOptions } from 'plenum';
import { type BorrowedRedis, borrowRedis } from './shared-redis.ts';

/** Those of `createPlenum`, except what the test kit decides. */
export interface StartOptions extends Omit<PlenumOptions, 'engine' | 'mode' | 'gateway' | 'clock'> {
  /** Default `redis`. `memory` needs no Redis, starts at once, and is alone: it cannot be beside another node. */
  readonly engine?: 'redis' | 'memory';
  /** Another node of the cluster of this one: the same Redis, prefix and secret. */
  readonly beside?: StartedPlenum;
  /** Default: REDIS_URL, else a Redis that is started here. */
  readonly redisUrl?: string;
  /** Default: one that no other test has, so tests can share a Redis. */
  readonly prefix?: string;
  /** Moves the time of the memory engine: of mutes, bans, invites, rates and history. */
  readonly clock?: ManualClock;
}

export interface StartedPlenum extends AsyncDisposable {
  /** For clients: `createClient({ url, token })` or `io(url, …)`. */
  readonly url: string;
  /** The library of the node: what your backend would call. */
  readonly plenum: Plenum;
  /** Null: the memory engine. */
  readonly redisUrl: string | null;
  readonly prefix: string;
  /** @returns a token with which the user connects to any node of the cluster */
  token(userId: string): Promise<string>;
  /** Ends the node, and the Redis with the last node. Idempotent. */
  close(): Promise<void>;
}

/**
 * Without options each call is a cluster of its own. `await using` closes it, and so does `close()`.
 * @throws Error with one sentence if there is no Redis, PlenumError about an option that is not valid
 */
export async function startPlenum(options: StartOptions = {}): Promise<StartedPlenum> {
  const { engine = 'redis', beside, redisUrl, prefix, clock, ...others } = options;
  expectOwn(options);
  if (clock !== undefined && engine !== 'memory')
    throw new Error("startPlenum: a clock needs engine: 'memory', because Redis has a time of its own");
  if (beside !== undefined && (engine === 'memory' || beside.redisUrl === null))
    throw new Error('startPlenum: a node with the memory engine is alone, and cannot be beside another one');
  const ownPrefix = prefix ?? beside?.prefix ?? `test-${randomBytes(8).toString('hex')}`;
  const redis = engine === 'memory' ? null : await borrowRedis(redisUrl ?? beside?.redisUrl ?? null);
  const jwtSecret = others.jwtSecret ?? (beside === undefined ? undefined : secrets.get(beside.plenum));
  try {
    const plenum = await createPlenum({
      ...others,
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
      prefix: ownPrefix,
      gateway: { host: '127.0.0.1', port: 0 },
      ...(redis === null ? { engine: 'memory' as const } : { redisUrl: redis.url }),
      ...(clock === undefined ? {} : { clock }),
    });
    if (jwtSecret !== undefined) secrets.set(plenum, jwtSecret);
    return startedOf(plenum, { redis, prefix: ownPrefix });
  } catch (error) {
    await redis?.giveBack();
    throw error;
  }
}

/** Secrets that a test has chosen, for the nodes beside. Without one the nodes of a prefix agree on a secret. */
const secrets = new WeakMap<Plenum, NonNullable<PlenumOptions['jwtSecret']>>();

/** Options as a test in plain JavaScript may give them. */
function expectOwn(options: StartOptions): void {
  const { engine, beside } = options;
  if (engine !== undefined && engine !== 'redis' && engine !== 'memory')
    throw new Error('startPlenum: engine must be redis or memory');
  const decided = ['gateway', 'mode'].find((name) => Reflect.get(options, name) !== undefined);
  if (decided !== undefined)
    throw new Error(
      `startPlenum: ${decided} is the choice of the test kit: call createPlenum of plenum instead`,
    );
  if (beside !== undefined && typeof Object(beside).prefix !== 'string')
    throw new Error('startPlenum: beside must be a node that startPlenum has started');
}

interface Place {
  readonly redis: BorrowedRedis | null;
  readonly prefix: string;
}

function startedOf(plenum: Plenum, { redis, prefix }: Place): StartedPlenum {
  const close = async () => {
    await plenum.close();
    await redis?.giveBack();
  };
  return {
    url: plenum.url ?? '',
    plenum,
    redisUrl: redis?.url ?? null,
    prefix,
    token: (userId) => plenum.signToken(userId),
    close,
    [Symbol.asyncDispose]: close,
  };
}
