/** What each call to another server needs: a limit in time, a limit in size, and the reason of a failure in a few words. */
import { type Clock, PlenumError, withTimeout } from '@plenum/core';

interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of the caller, which aborts it when it no longer waits. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` until it ends, the caller gives up or the time is over. In the last two cases it aborts the signal that `work`
 * got and ignores a late outcome.
 * @throws PlenumError `unavailable` when the call was ended; otherwise what `work` rejects with
 */
export async function withinTime<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const result = await withTimeout(work, limit);
  if (result.type === 'answer') return result.answer;
  if (result.type === 'throw') throw result.cause;
  const why =
    result.type === 'timeout' ? `no answer within ${limit.timeoutMs} ms` : 'the caller has given up';
  throw PlenumError.of('unavailable', { cause: new Error(why) });
}

/** @returns the whole of `body` as UTF-8, or null if it is longer than `maxBytes`: then it is not read to its end. */
export async function textUpTo(maxBytes: number, body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An error in a few words: the first one of an AggregateError, the code of an error without a message. */
export function whyOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whyOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown failure';
  if (error.cause !== undefined) return whyOf(error.cause);
  const code: unknown = Reflect.get(error, 'code');
  return error.message !== '' ? error.message : String(code ?? error.name);
}
