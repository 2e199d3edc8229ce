/** The port `OneTimeCodes`: one key per code, which the first who takes it removes. */
import type { OneTimeCodes } from '@plenum/core';
import type { StateDeps } from '../script-calls/script-calls.ts';

export class RedisOneTimeCodes implements OneTimeCodes {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys'>) {
    this.#deps = deps;
  }

  async keep(digest: string, ttlMs: number): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.command((redis) => redis.set(keys.code(digest), '1', 'PX', ttlMs));
  }

  async take(digest: string): Promise<boolean> {
    const { calls, keys } = this.#deps;
    return (await calls.command((redis) => redis.unlink(keys.code(digest)))) === 1;
  }
}
