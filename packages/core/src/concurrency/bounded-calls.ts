/** The bounds of calls: how long one takes, how many run at a time, and whether they may overlap at all. */
import type { Clock } from '../ports/runtime.ts';

/** Calls untrusted code with a time limit: it may throw, hang, or answer too late. */
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
 * Never rejects. A result after the end of the wait is dropped, a rejection too; `start` learns of the end by its
 * signal. Code that blocks the event loop is beyond it.
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

/** An error as it may be logged: its other properties, such as the failing row of a database, may hold message bodies. */
export function errorSummary(cause: unknown): string | undefined {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, summaryMax) : undefined;
  } catch {
    return undefined;
  }
}

/** Bounds how many calls run at the same time. The others wait and are served in the order in which they came. */
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

  /** The next in line takes the place, if there is one. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** Runs of `body` never overlap: all calls during a run share the next one. */
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
