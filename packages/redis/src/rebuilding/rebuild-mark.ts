/**
 * The mark of a rebuild: the field `rebuild` of the prefix's `meta`, `<state> <token> <beat>`. While it is there no node starts. Its state
 * is `checking` until the prefix is known to be one that may be filled, then `filling`. The rebuild with this token changes the beat
 * all the time, so that a second one sees that it runs.
 */
import { type Clock, type EngineSettings, type Random, sleep } from '@plenum/core';
import { rebuildField } from '../boot/data-version.ts';
import type { Keys } from '../keys.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

/** Of two that continue at the same time, the first one finds the word of the other after so long, ms. */
const settleMs = 1000;

export interface RebuildMarkDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<EngineSettings, 'leaseTtlMs'>;
}

/** True for the mark of a rebuild that had begun to write groups. */
export const isFilling = (mark: string): boolean => mark.startsWith('filling ');

export class RebuildMark {
  readonly #deps: RebuildMarkDeps;
  readonly #token: string;
  readonly #stopped = new AbortController();
  #state: 'checking' | 'filling' = 'checking';
  #beat = 0;
  #isLost = false;
  #keeping: Promise<void> = Promise.resolve();

  constructor(deps: RebuildMarkDeps) {
    this.#deps = deps;
    this.#token = deps.random.token();
  }

  /** True: another rebuild has taken over, after this one was silent for long. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Writes the mark if there is none. @returns the mark that was there; null: there was none */
  async place(): Promise<string | null> {
    const { calls, keys } = this.#deps;
    const isPlaced = await calls.command((redis) => redis.hsetnx(keys.meta(), rebuildField, this.#text));
    if (isPlaced === 0) return (await this.#read()) ?? '';
    this.#keep();
    return null;
  }

  /** Takes the mark of a rebuild that was stopped. @param found what it was a lease's life ago. @returns false: another one runs */
  async takeOver(found: string): Promise<boolean> {
    if ((await this.#read()) !== found) return false;
    if (isFilling(found)) this.#state = 'filling';
    await this.#write();
    await sleep(this.#deps.clock, settleMs);
    if (!(await this.#isOwn())) return false;
    this.#keep();
    return true;
  }

  /** From now on a rebuild that finds this mark may continue on groups that are there. */
  async confirm(): Promise<void> {
    this.#state = 'filling';
    await this.#write();
  }

  /** Ends the beats; the mark stays. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#keeping;
  }

  async remove(): Promise<void> {
    const { calls, keys } = this.#deps;
    await this.stop();
    if (await this.#isOwn()) await calls.command((redis) => redis.hdel(keys.meta(), rebuildField));
  }

  get #text(): string {
    return `${this.#state} ${this.#token} ${this.#beat}`;
  }

  #keep(): void {
    this.#keeping = this.#keepBeating();
  }

  async #keepBeating(): Promise<void> {
    const { clock, settings } = this.#deps;
    const { signal } = this.#stopped;
    while (!this.#isLost) {
      await sleep(clock, settings.leaseTtlMs / 3, signal);
      if (signal.aborted) return;
      // Without an answer the next beat follows.
      await this.#beatOnce().catch(() => undefined);
    }
  }

  async #beatOnce(): Promise<void> {
    if (await this.#isOwn()) await this.#write();
    else this.#isLost = true;
  }

  async #isOwn(): Promise<boolean> {
    return (await this.#read())?.split(' ')[1] === this.#token;
  }

  #read(): Promise<string | null> {
    const { calls, keys } = this.#deps;
    return calls.command((redis) => redis.hget(keys.meta(), rebuildField));
  }

  async #write(): Promise<void> {
    const { calls, keys } = this.#deps;
    this.#beat += 1;
    await calls.command((redis) => redis.hset(keys.meta(), rebuildField, this.#text));
  }
}
