import { type Clock, PlenumError } from '@plenum/core';

/**
 * Waits for `promise` with a time limit. The awaited work continues.
 * @throws PlenumError `unavailable` after `timeoutMs`
 */
export async function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T> {
  let cancel = () => {};
  const overdue = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => reject(PlenumError.of('unavailable')));
  });
  try {
    return await Promise.race([promise, overdue]);
  } finally {
    cancel();
  }
}
