/** Limits the time and the size of calls to other servers, and describes their failures in a few words. */
import { type Clock, PlenumError, withTimeout } from '@plenum/core';

interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The caller aborts it when it no longer waits. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` until it ends, the caller aborts or the time is over. In the last two cases the signal that `work` got is
 * aborted, and a late outcome is ignored.
 * @throws PlenumError `unavailable` if `work` was aborted; otherwise the error with which `work` rejects
 */
export async function withinTime<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const result = await withTimeout(work, limit);
  if (result.type === 'answer') return result.answer;
  if (result.type === 'throw') throw result.cause;
  const why =
    result.type === 'timeout' ? `no answer within ${limit.timeoutMs} ms` : 'the caller has given up';
  throw PlenumError.of('unavailable', { cause: new Error(why) });
}

/** @returns `body` as UTF-8 text; null if it is longer than `maxBytes`, and then the rest is not read */
export async function textUpTo(maxBytes: number, body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Describes an error in a few words: by its innermost cause, or by its code if it has no message. */
export function whyOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whyOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown failure';
  if (error.cause !== undefined) return whyOf(error.cause);
  const code: unknown = Reflect.get(error, 'code');
  return error.message !== '' ? error.message : String(code ?? error.name);
}
