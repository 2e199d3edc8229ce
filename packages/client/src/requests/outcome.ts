/** Defines how a request ends, and decides what follows each attempt. */
import type { Answer, FailureBody, RequestInput, RequestResult, RequestType } from '@plenum/protocol';
import { type Backoff, backoffMs } from '../backoff.ts';

/** The result of a request. Its promise never rejects: a refusal, or no answer in time, is a value with `ok: false`. */
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
  /** Default: a random id. A request with the id of a successful one gets that answer again, within 10 minutes. */
  readonly requestId?: string;
  /** Time limit of all attempts together, ms. */
  readonly timeoutMs?: number;
  /** True for a request of the SDK itself, which does not count for the maximum of waiting requests. */
  readonly isInternal?: boolean;
}

export interface Reaction<T extends RequestType> {
  /** Called before any listener gets a push that arrived after the answer. An `await` may resume later than that. */
  readonly onOutcome?: (outcome: Outcome<RequestResult<T>>) => void;
}

/** Failures that the SDK itself reports. Their texts are here, because the error table of the protocol is not shipped. */
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

/** What follows an attempt: the request ends with this answer, is retried with the same id, or ends because its time is over. */
export type NextAttempt =
  | { readonly type: 'end'; readonly answer: Answer<unknown> }
  | { readonly type: 'give up' }
  | { readonly type: 'retry'; readonly inMs: number };

export interface AttemptState {
  /** The number of the attempt, from 0. */
  readonly attempt: number;
  /** The remaining time of the request. */
  readonly leftMs: number;
  readonly backoff: Backoff;
  /** Random, at least 0 and below 1. */
  readonly fraction: number;
}

/**
 * Decides what follows an attempt. Pure. Every request may be repeated, because a change carries its id and a read changes
 * nothing. A send of a muted user is not retried: the application decides whether it still wants the message after the mute.
 * @param answer null if no answer came
 */
export function nextAttempt(answer: Answer<unknown> | null, context: AttemptState): NextAttempt {
  const pauseMs = backoffMs(context.attempt, context.backoff, context.fraction);
  if (answer === null) return { type: 'retry', inMs: pauseMs };
  if (answer.success || !answer.can_retry || answer.code === 'muted') return { type: 'end', answer };
  const inMs = Math.max(pauseMs, answer.retry_after_ms ?? 0);
  return inMs < context.leftMs ? { type: 'retry', inMs } : { type: 'give up' };
}
