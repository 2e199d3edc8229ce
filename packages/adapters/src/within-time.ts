/** One call of an adapter, bounded: by the caller's patience and by a time of its own. */
import { type Clock, PlenumError } from '@plenum/core';

interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The caller's: aborted when it waits no longer. */
  readonly signal: AbortSignal;
}

const given = (why: string): PlenumError => PlenumError.of('unavailable', { cause: new Error(why) });

/**
 * Runs `work` until it settles, the caller gives up or the time has passed. In the last two cases the signal that `work` got
 * is aborted and its outcome, whenever it comes, is nobody's any more.
 * @throws PlenumError `unavailable` when it was ended; else whatever `work` rejects with
 */
export function withinTime<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (limit.signal.aborted) {
      reject(given('the caller had given up before the call'));
      return;
    }
    const controller = new AbortController();
    const end = (why: string) => {
      settle();
      const error = given(why);
      reject(error);
      controller.abort(error);
    };
    const giveUp = () => end('the caller has given up');
    const cancel = limit.clock.after(limit.timeoutMs, () => end(`no answer within ${limit.timeoutMs} ms`));
    limit.signal.addEventListener('abort', giveUp, { once: true });
    const settle = () => {
      cancel();
      limit.signal.removeEventListener('abort', giveUp);
    };
    work(controller.signal).then(resolve, reject).finally(settle);
  });
}
