import type { FailureBody, RequestInput, RequestResult, RequestType } from '@plenum/protocol';

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
