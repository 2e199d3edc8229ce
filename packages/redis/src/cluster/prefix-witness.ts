/**
 * Detects that Redis has lost its data. Such a Redis looks like a new one, and every user like a non-member. A node that
 * knew the prefix before notices the loss, logs it, and leaves a mark for nodes that start later.
 */
import { type Clock, type Logger, type Random, runLoop } from '@plenum/core';
import { writeTags } from '../boot/partition-tags.ts';
import type { Keys } from '../keys.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { within } from '../within.ts';

const lookEveryMs = 5000;
/** The mark stays for a day, so that an operator still finds the notice after a night. */
const toldForMs = 24 * 3600_000;
/** Fields of `meta`: the random word that the first node of the prefix wrote, and when a loss was noticed, ms. */
const [bornField, emptiedField] = ['born', 'emptied'];

const sentence =
  'The prefix was in use and Redis came up empty: groups and messages are gone. Restore Redis as /docs/operations/redis says, or continue with the data that is there.';

/** Logged by a node that finds no word of an earlier node: the prefix is new, or Redis has lost it. */
const firstUse =
  'This Redis knows of no earlier node of the prefix: if there was one, Redis came up empty, see /docs/operations/redis';
const answerMaxMs = 10_000;

export interface PrefixWitnessDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes the word for a prefix that has none. */
  readonly random: Random;
  /**
   * Asks something outside Redis, such as the archive, whether the prefix was used before `atMs`. A node that finds no
   * word repeats the call until it gets an answer.
   */
  readonly wasInUse?: (atMs: number, call: { readonly signal: AbortSignal }) => Promise<boolean>;
}

export class PrefixWitness {
  readonly #deps: PrefixWitnessDeps;
  readonly #stopped = new AbortController();
  #born = '';
  #isEmptied = false;
  /** The time at which this node found no word, ms; null once it is known whether the prefix was used before. */
  #firstAtMs: number | null = null;

  constructor(deps: PrefixWitnessDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when this node knows the word of the prefix.
   * @throws PlenumError `unavailable` when Redis does not answer
   */
  async start(): Promise<void> {
    const { clock, logger, keys } = this.#deps;
    const { born, isEmptied } = await this.#read();
    if (born === null) logger.info({ prefix: keys.prefix }, firstUse);
    if (born === null) this.#firstAtMs = await this.#nowMs();
    this.#born = born ?? (await this.#claim());
    this.#report(isEmptied);
    const loop = { clock, logger, everyMs: lookEveryMs, signal: this.#stopped.signal };
    // A check fails while Redis is away; the next one follows in 5 s.
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
    // Another word was written by a node that started on the empty Redis and knew no earlier word.
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

  /** Writes the word and the tags of the prefix, if there are none. @returns the word: this node's, or that of a faster node */
  async #claim(): Promise<string> {
    const { calls, keys, random } = this.#deps;
    const token = random.token();
    // A node that starts on the emptied Redis has to use the tags of the nodes that run.
    await calls.command((redis) => writeTags(redis, keys.meta(), keys.tags));
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
