import type { FailureBody, RequestInput, RequestResult, RequestType } from '@plenum/protocol';

/** How a request ended. A request never rejects: what is refused, or unanswered in time, is a value. */
export type Outcome<R> =
  | { readonly ok: true; readonly result: R; readonly requestId: string }
  | { readonly ok: false; readonly failure: FailureBody; readonly requestId: string };

/** Sends one request until it is answered for good or its time is over. */
export type Ask = <T extends RequestType>(
  type: T,
  /** Asked for before each attempt. */
  args: () => RequestInput<T>,
  options?: AskOptions & Reaction<T>,
) => Promise<Outcome<RequestResult<T>>>;

export interface AskOptions {
  /** Default: made up. The same id again within 10 minutes gives the first success again. */
  readonly requestId?: string;
  /** All attempts together, ms. */
  readonly timeoutMs?: number;
  /** Of the SDK itself: not counted against the bound of waiting requests. */
  readonly isInternal?: boolean;
}

export interface Reaction<T extends RequestType> {
  /** Called before anything that came after the answer is heard; whoever awaits the promise may hear it after that. */
  readonly onOutcome?: (outcome: Outcome<RequestResult<T>>) => void;
}

/** Of the SDK itself: the texts stand here, so that the table of the protocol and its schemas need not be shipped. */
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
