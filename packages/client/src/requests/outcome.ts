/** How a request ends, and what follows each attempt at it. */
import type { Answer, FailureBody, RequestInput, RequestResult, RequestType } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** How a request ended. Its promise never rejects: a refusal, or no answer in time, is a value. */
export type Outcome<R> =
  | { readonly ok: true; readonly result: R; readonly requestId: string }
  | { readonly ok: false; readonly failure: FailureBody; readonly requestId: string };

/** Sends one request until it has a final answer or its time is over. */
export type Ask = <T extends RequestType>(
  type: T,
  /** Called before each attempt. */
  args: () => RequestInput<T>,
  options?: AskOptions & Reaction<T>,
) => Promise<Outcome<RequestResult<T>>>;

export interface AskOptions {
  /** Default: a random one. The same id again within 10 minutes gives the first success again. */
  readonly requestId?: string;
  /** All attempts together, ms. */
  readonly timeoutMs?: number;
  /** Sent by the SDK itself: not counted against the bound of waiting requests. */
  readonly isInternal?: boolean;
}

export interface Reaction<T extends RequestType> {
  /** Called before any listener gets what arrived after the answer; an `await` of the promise may run later than that. */
  readonly onOutcome?: (outcome: Outcome<RequestResult<T>>) => void;
}

/** Failures that the SDK itself reports. Their texts are here so that the table and the schemas of the protocol are not shipped. */
export const localFailures = {
  closed: { code: 'unavailable', error: 'The client is closed', can_retry: false },
  full: { code: 'unavailable', error: 'Too many requests are waiting already', can_retry: true },
  unsent: {
    code: 'unavailable',
    error: 'There was no connection in time: nothing was sent',
    can_retry: true,
  },
  tooLarge: {
    code: 'message_too_large',
    error: 'The request is larger than a frame may be (64 KiB): nothing was sent',
    can_retry: false,
  },
  unanswered: {
    code: 'timeout',
    error: 'No answer in time, the outcome is unknown: retry with the same request_id',
    can_retry: true,
  },
} as const satisfies Record<string, FailureBody>;

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
