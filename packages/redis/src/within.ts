import { type Clock, PlenumError, withTimeout } from '@plenum/core';

/**
 * Waits for `promise` with a time limit. After the limit the work itself continues.
 * @throws PlenumError `unavailable` after `timeoutMs`
 */
export async function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T> {
  const result = await withTimeout(() => promise, { clock, timeoutMs });
  if (result.type === 'answer') return result.answer;
  throw result.type === 'throw' ? result.cause : PlenumError.of('unavailable');
}
