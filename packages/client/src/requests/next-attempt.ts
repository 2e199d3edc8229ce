import type { Answer } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** What follows an attempt at a request: it ends with this answer, runs again with the same id, or ends for lack of time. */
export type NextAttempt =
  | { readonly type: 'end'; readonly answer: Answer<unknown> }
  | { readonly type: 'give up' }
  | { readonly type: 'retry'; readonly inMs: number };

export interface AttemptState {
  /** The attempt that was made, from 0. */
  readonly attempt: number;
  /** Time that the request still has. */
  readonly leftMs: number;
  readonly backoff: Backoff;
  /** At least 0, below 1. */
  readonly fraction: number;
}

/**
 * Pure. `null`: no answer came. Every request may be repeated: a change carries its id, a read changes nothing. A muted user
 * is not retried until the mute ends: the application decides whether the message is still wanted then.
 */
export function nextAttempt(answer: Answer<unknown> | null, context: AttemptState): NextAttempt {
  const pauseMs = backoffMs(context.attempt, context.backoff, context.fraction);
  if (answer === null) return { type: 'retry', inMs: pauseMs };
  if (answer.success || !answer.can_retry || answer.code === 'muted') return { type: 'end', answer };
  const inMs = Math.max(pauseMs, answer.retry_after_ms ?? 0);
  return inMs < context.leftMs ? { type: 'retry', inMs } : { type: 'give up' };
}
