/** Bounds calls in three ways: a time limit, a number that run at a time, and a single flight that never overlaps. */
import type { Clock } from '../ports/runtime.ts';

/** How a call of untrusted code ended: with an answer, a throw, or no answer in time. */
export type TimedResult<T> =
  | { readonly type: 'answer'; readonly answer: T }
  | { readonly type: 'throw'; readonly cause: unknown }
  | { readonly type: 'timeout' | 'aborted' };

export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls untrusted code with a time limit. Never rejects. A result or rejection after the end of the wait is dropped;
 * the signal of `start` aborts then. Cannot interrupt code that blocks the event loop.
 */
export function withTimeout<T>(
  start: (signal: AbortSignal) => T | Promise<T>,
  { clock, timeoutMs, signal }: CallLimits,
): Promise<TimedResult<T>> {
  if (signal?.aborted === true) return Promise.resolve({ type: 'aborted' });
  return new Promise((resolve) => {
    const controller = new AbortController();
    const finish = (result: TimedResult<T>) => {
      cancelTimeout();
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const giveUp = (type: 'timeout' | 'aborted') => {
      finish({ type });
      controller.abort();
    };
    const onAbort = () => giveUp('aborted');
    const cancelTimeout = clock.after(timeoutMs, () => giveUp('timeout'));
    signal?.addEventListener('abort', onAbort, { once: true });
    new Promise<T>((answer) => {
      answer(start(controller.signal));
    }).then(
      (answer) => finish({ type: 'answer', answer }),
      (cause: unknown) => finish({ type: 'throw', cause }),
    );
  });
}

/** Longest text of an error that is logged, in characters. */
const summaryMax = 300;

/**
 * The text of an error for a log line. Its other properties are left out: they may hold message bodies, for example
 * the failing row of a database.
 */
export function errorSummary(cause: unknown): string | undefined {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, summaryMax) : undefined;
  } catch {
    return undefined;
  }
}

/** Bounds how many calls run at the same time. The others wait in order of arrival. */
export class Limiter {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(max: number) {
    this.#max = max;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#max) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  /** Gives the place to the next waiting call, if there is one. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** Wraps `body` so that its runs never overlap: all calls during a run share one next run. */
export function singleFlight(body: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  const run = () => {
    running = body().finally(() => {
      running = null;
    });
    return running;
  };
  const follow = () => {
    following = null;
    return run();
  };
  return () => {
    if (following !== null) return following;
    if (running === null) return run();
    following = running.then(follow, follow);
    return following;
  };
}
