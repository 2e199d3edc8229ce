import type { Answer } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** What to do after one attempt at a request: end with this answer, try again with the same id, or leave it, for want of time. */
export type NextAttempt =
  | { readonly step: 'end'; readonly answer: Answer<unknown> }
  | { readonly step: 'give up' }
  | { readonly step: 'retry'; readonly inMs: number };

export interface AttemptContext {
  /** Of the attempt that was made, from 0. */
  readonly attempt: number;
  /** Until the request's time is over. */
  readonly leftMs: number;
  readonly backoff: Backoff;
  /** At least 0, below 1. */
  readonly fraction: number;
}

/**
 * Pure. `null`: no answer came. Everything may be repeated: a state change carries its id, a read changes nothing.
 * A muted user could be served after his mute; whether he still wants to speak then is not for the SDK to say.
 */
export function nextAttempt(answer: Answer<unknown> | null, context: AttemptContext): NextAttempt {
  const pauseMs = backoffMs(context.attempt, context.backoff, context.fraction);
  if (answer === null) return { step: 'retry', inMs: pauseMs };
  if (answer.success || !answer.can_retry || answer.code === 'muted') return { step: 'end', answer };
  const inMs = Math.max(pauseMs, answer.retry_after_ms ?? 0);
  return inMs < context.leftMs ? { step: 'retry', inMs } : { step: 'give up' };
}
