/** One adapter as all partitions of a node share it: a guard around each call, and a bound on how many are under way. */

import type { Guard, Guarded, ReadAnswer, StartCall } from '../adapters/guarded-call.ts';
import { Limiter } from '../concurrency/limiter.ts';

export class AdapterLink {
  readonly #guard: Pick<Guard, 'call'>;
  readonly #limiter: Limiter;
  #successes = 0;

  constructor(guard: Pick<Guard, 'call'>, callsAtOnce: number) {
    this.#guard = guard;
    this.#limiter = new Limiter(callsAtOnce);
  }

  /** Calls that succeeded, ever. */
  get successes(): number {
    return this.#successes;
  }

  /** Never rejects. Calls are served in their order, so a busy partition does not shut out a quiet one. */
  call<T>(start: StartCall, read: ReadAnswer<T>, signal: AbortSignal): Promise<Guarded<T>> {
    return this.#limiter.run(async () => {
      const guarded = await this.#guard.call(start, read, signal);
      if (guarded.ok) this.#successes += 1;
      return guarded;
    });
  }
}
