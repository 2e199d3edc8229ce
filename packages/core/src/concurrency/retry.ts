/** Retries: the pause before the next attempt, and a loop that repeats a work until it succeeds. */
import { type Clock, sleep } from '../ports/runtime.ts';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /**
   * A random number from 0 to 1: the pause is then between half and all of its length, so that callers that failed
   * together do not retry together. Absent: the whole pause.
   */
  readonly jitter?: number;
}

/**
 * The pause before the next attempt, ms: `baseMs` after the first failure, then twice as long after each, at most
 * `maxMs`. With a base of 100: 100, 200, 400, 800.
 * @param attempt failures so far, at least 1
 */
export function backoff(attempt: number, { baseMs, maxMs, jitter }: BackoffOptions): number {
  const fullMs = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return jitter === undefined ? fullMs : Math.round(fullMs * (0.5 + jitter / 2));
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly isWanted: () => boolean;
  /** Called for every failed try that is still wanted. Never throws. */
  readonly onFailure: (err: unknown) => void;
  /** The pause after the first failure, ms; it doubles up to 2 s. Default 100. */
  readonly baseMs?: number;
  /** Ends a pause early. */
  readonly signal?: AbortSignal;
}

const longestPauseMs = 2000;

/**
 * Repeats `work` until it succeeds, with a growing pause in between, or until `isWanted` returns false. Never
 * rejects.
 */
export async function retryWhile(work: () => Promise<void>, options: RetryOptions): Promise<void> {
  const { clock, isWanted, onFailure, baseMs = 100, signal } = options;
  for (let attempt = 1; isWanted(); attempt += 1) {
    try {
      await work();
      return;
    } catch (err) {
      if (!isWanted()) return;
      onFailure(err);
      await sleep(clock, backoff(attempt, { baseMs, maxMs: longestPauseMs }), signal);
    }
  }
}
