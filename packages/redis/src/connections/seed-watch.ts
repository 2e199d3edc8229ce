/**
 * Reports when a server that REDIS_URL names is away. A running node uses all known servers, but a node that starts now
 * knows only the named ones.
 */
import { type Clock, type Logger, runLoop } from '@plenum/core';
import type { Redis } from 'ioredis';
import { within } from '../within.ts';
import { loginSentence, tlsSentence } from './failure-sentence.ts';

const lookEveryMs = 5000;
const answerTimeoutMs = 2000;

export interface Seed {
  /** `host:port` */
  readonly name: string;
  /** A client of this server only; the caller closes it. */
  readonly redis: Redis;
}

export interface SeedWatchDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SeedWatch {
  readonly #seeds: readonly Seed[];
  readonly #deps: SeedWatchDeps;
  readonly #stopped = new AbortController();
  readonly #away = new Set<string>();
  /** The last error of each server. */
  readonly #errors = new Map<string, Error>();

  constructor(seeds: readonly Seed[], deps: SeedWatchDeps) {
    this.#seeds = seeds;
    this.#deps = deps;
    for (const { name, redis } of seeds) redis.on('error', (error: Error) => this.#errors.set(name, error));
  }

  /** Does nothing without seeds, as with a single server: the connections report its absence. */
  start(): void {
    const { clock, logger } = this.#deps;
    const loop = { clock, logger, everyMs: lookEveryMs, signal: this.#stopped.signal };
    if (this.#seeds.length > 0) runLoop('servers of REDIS_URL', () => this.#look(), loop);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** @returns at most one sentence, without an address, because a probe may come from outside */
  notices(): readonly string[] {
    const [away, all] = [this.#away.size, this.#seeds.length];
    if (away === 0) return [];
    const such = away === all ? 'None' : `${all - away}`;
    return [
      `${such} of the ${all} servers that REDIS_URL names can be reached: a new node needs one of them.`,
    ];
  }

  async #look(): Promise<void> {
    await Promise.all(
      this.#seeds.map(async (seed) => this.#note(seed.name, await isThere(seed.redis, this.#deps.clock))),
    );
  }

  #note(name: string, isThere: boolean): void {
    if (this.#stopped.signal.aborted || isThere !== this.#away.has(name)) return;
    const { logger } = this.#deps;
    if (isThere) {
      this.#away.delete(name);
      logger.info({ redis: name }, 'A server that REDIS_URL names can be reached again');
      return;
    }
    this.#away.add(name);
    const error = this.#errors.get(name);
    const reason = error && (loginSentence(error, 'it') ?? tlsSentence(error, 'it') ?? error.message);
    logger.warn(
      { redis: name, ...(reason === undefined ? {} : { reason }) },
      'A server that REDIS_URL names cannot be reached; this node uses the others that it knows',
    );
  }
}

const isThere = (redis: Redis, clock: Clock): Promise<boolean> =>
  redis.status === 'ready'
    ? within(clock, answerTimeoutMs, redis.ping()).then(
        () => true,
        () => false,
      )
    : Promise.resolve(false);
