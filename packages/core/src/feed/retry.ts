import { backoff } from '../concurrency/backoff.ts';
import { sleep } from '../concurrency/sleep.ts';
import type { Clock } from '../ports/clock.ts';

const pauses = { baseMs: 100, maxMs: 2000 };

/**
 * Tries `work` until it succeeds, with a growing pause in between, or until `isWanted` says no.
 * @param onFailure is called for every failed try that is still wanted. Never throws.
 */
export async function retryWhile(
  clock: Clock,
  isWanted: () => boolean,
  onFailure: (cause: unknown) => void,
  work: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; isWanted(); attempt += 1) {
    try {
      await work();
      return;
    } catch (cause) {
      if (!isWanted()) return;
      onFailure(cause);
      await sleep(clock, backoff(attempt, pauses));
    }
  }
}
