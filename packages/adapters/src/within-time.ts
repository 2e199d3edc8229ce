/** One call of an adapter, ended by its caller or by a time limit of its own. */
import { type Clock, PlenumError } from '@plenum/core';

interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of the caller, which aborts it when it no longer waits. */
  readonly signal: AbortSignal;
}

const given = (why: string): PlenumError => PlenumError.of('unavailable', { cause: new Error(why) });

/**
 * Runs `work` until it ends, the caller gives up or the time is over. In the last two cases it aborts the signal that `work`
 * got and ignores a late outcome.
 * @throws PlenumError `unavailable` when the call was ended; otherwise what `work` rejects with
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
