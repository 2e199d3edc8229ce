/** One adapter as all partitions of a node share it: a guard around each call, and a bound on how many are under way. */
import type { Guard, Guarded, ReadAnswer, StartCall } from '../adapters/guarded-call.ts';

export class AdapterLink {
  readonly #guard: Pick<Guard, 'call'>;
  readonly #callsAtOnce: number;
  readonly #queue: (() => void)[] = [];
  #underWay = 0;
  #successes = 0;

  constructor(guard: Pick<Guard, 'call'>, callsAtOnce: number) {
    this.#guard = guard;
    this.#callsAtOnce = callsAtOnce;
  }

  /** Calls that went well, ever. */
  get successes(): number {
    return this.#successes;
  }

  /** Never rejects. Whoever asks first is served first, so a busy partition does not shut out a quiet one. */
  async call<T>(start: StartCall, read: ReadAnswer<T>, signal: AbortSignal): Promise<Guarded<T>> {
    await this.#turn();
    try {
      const guarded = await this.#guard.call(start, read, signal);
      if (guarded.ok) this.#successes += 1;
      return guarded;
    } finally {
      this.#passOn();
    }
  }

  #turn(): Promise<void> {
    if (this.#underWay >= this.#callsAtOnce) return new Promise((resolve) => this.#queue.push(resolve));
    this.#underWay += 1;
    return Promise.resolve();
  }

  /** To the next in line, if there is one. */
  #passOn(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#underWay -= 1;
    else next();
  }
}
