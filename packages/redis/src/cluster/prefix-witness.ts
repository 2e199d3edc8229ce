/**
 * Remembers that the prefix was in use. A Redis that started without its data looks new, and members appear to be
 * none. A node that knew the prefix before notices this, reports it, and leaves a mark for nodes that start later.
 */
import { type Clock, type Logger, type Random, runLoop } from '@plenum/core';
import type { Keys } from '../keys.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';
import { within } from '../within.ts';

const lookEveryMs = 5000;
/** An operator still finds the notice after a night. */
const toldForMs = 24 * 3600_000;
/** A random word of the first node of the prefix, and the time at which the loss was noticed, ms. */
const [bornField, emptiedField] = ['born', 'emptied'];

const sentence =
  'The prefix was in use and Redis came up empty: groups and messages are gone. Restore Redis as deploy/redis.md says, or continue with the data that is there.';

/** What a node knows that starts after all others have ended, unless something outside Redis remembers. */
const firstUse =
  'This Redis knows of no earlier node of the prefix: if there was one, Redis came up empty, see deploy/redis.md';
const answerMaxMs = 10_000;

export interface PrefixWitnessDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes a new word for a prefix that has none. */
  readonly random: Random;
  /** Asks something outside Redis for a time before `atMs`. The first node asks until there is an answer. */
  readonly wasInUse?: (atMs: number, call: { readonly signal: AbortSignal }) => Promise<boolean>;
}

export class PrefixWitness {
  readonly #deps: PrefixWitnessDeps;
  readonly #stopped = new AbortController();
  #born = '';
  #isEmptied = false;
  /** When this node found no other, ms; null once it is known whether there were earlier ones. */
  #firstAtMs: number | null = null;

  constructor(deps: PrefixWitnessDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when this node knows the word of the prefix. @throws PlenumError `unavailable` when Redis does not
   * answer
   */
  async start(): Promise<void> {
    const { clock, logger, keys } = this.#deps;
    const { born, isEmptied } = await this.#read();
    if (born === null) logger.info({ prefix: keys.prefix }, firstUse);
    if (born === null) this.#firstAtMs = await this.#nowMs();
    this.#born = born ?? (await this.#claim());
    this.#report(isEmptied);
    const loop = { clock, logger, everyMs: lookEveryMs, signal: this.#stopped.signal };
    // Nothing can be checked while Redis is away.
    runLoop('witness of the prefix', () => this.#look().catch(() => undefined), loop);
  }

  stop(): void {
    this.#stopped.abort();
  }

  notices(): readonly string[] {
    return this.#isEmptied ? [sentence] : [];
  }

  async #look(): Promise<void> {
    const { born, isEmptied } = await this.#read();
    // Another word comes from a node that started on the empty Redis and had nothing to compare.
    const isLost = born !== this.#born || (await this.#isRemembered());
    if (isLost) await this.#mark();
    this.#born = born ?? (await this.#claim());
    this.#report(isEmptied || isLost);
  }

  async #isRemembered(): Promise<boolean> {
    const { wasInUse, clock } = this.#deps;
    const atMs = this.#firstAtMs;
    if (atMs === null || wasInUse === undefined) return false;
    const { signal } = this.#stopped;
    const ask = async () => wasInUse(atMs, { signal });
    // Without an answer the next check asks again.
    const answer = await within(clock, answerMaxMs, ask()).catch(() => null);
    if (answer !== null) this.#firstAtMs = null;
    return answer === true;
  }

  #report(isEmptied: boolean): void {
    if (isEmptied && !this.#isEmptied) this.#deps.logger.error({ prefix: this.#deps.keys.prefix }, sentence);
    this.#isEmptied = isEmptied;
  }

  async #read(): Promise<{ readonly born: string | null; readonly isEmptied: boolean }> {
    const { calls, keys } = this.#deps;
    const [found, nowMs] = await Promise.all([
      calls.command((redis) => redis.hmget(keys.meta(), bornField, emptiedField)),
      this.#nowMs(),
    ]);
    const [born = null, emptiedMs = null] = found;
    return { born, isEmptied: emptiedMs !== null && nowMs - Number(emptiedMs) < toldForMs };
  }

  /** @returns the word of the prefix: that of this node, or of another node that was faster */
  async #claim(): Promise<string> {
    const { calls, keys, random } = this.#deps;
    const token = random.token();
    await calls.command((redis) => redis.hsetnx(keys.meta(), bornField, token));
    return (await calls.command((redis) => redis.hget(keys.meta(), bornField))) ?? token;
  }

  async #mark(): Promise<void> {
    const { calls, keys } = this.#deps;
    const nowMs = await this.#nowMs();
    await calls.command((redis) => redis.hset(keys.meta(), emptiedField, nowMs));
  }

  async #nowMs(): Promise<number> {
    const [seconds] = await this.#deps.calls.command((redis) => redis.time());
    return Number(seconds) * 1000;
  }
}
