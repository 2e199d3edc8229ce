/** Calls untrusted code with a time limit: it may throw, hang, or answer too late. */
import type { Clock } from '../ports/clock.ts';

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
