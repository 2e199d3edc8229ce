import type { Clock } from '../ports/clock.ts';

const firstDelayMs = 100;
const lastDelayMs = 2000;

/**
 * Tries `work` until it succeeds, with a growing pause in between, or until `isWanted` says no.
 * @param onFailure is told of every failed try that is still wanted. Never throws.
 */
export async function retryWhile(
  clock: Clock,
  isWanted: () => boolean,
  onFailure: (cause: unknown) => void,
  work: () => Promise<void>,
): Promise<void> {
  for (let delayMs = firstDelayMs; isWanted(); delayMs = Math.min(delayMs * 2, lastDelayMs)) {
    try {
      await work();
      return;
    } catch (cause) {
      if (!isWanted()) return;
      onFailure(cause);
      await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    }
  }
}
