/** Defines how a request is asked and how it ends. */
import type {
  Answer,
  ErrorCode,
  FailedAnswer,
  FailureBody,
  RequestInput,
  RequestResult,
  RequestType,
} from '@plenum/protocol';

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
  readonly requestId?: string | undefined;
  /** Time limit of all attempts together, ms. */
  readonly timeoutMs?: number | undefined;
  /** True for a request of the SDK itself, which does not count for the maximum of waiting requests. */
  readonly isInternal?: boolean | undefined;
}

export interface Reaction<T extends RequestType> {
  /** Called before any listener gets a push that arrived after the answer. An `await` may resume later than that. */
  readonly onOutcome?: (outcome: Outcome<RequestResult<T>>) => void;
}

const failure = (code: ErrorCode, error: string, can_retry: boolean): FailureBody => ({
  code,
  error,
  can_retry,
});

/** Failures that the SDK itself reports. Their texts are here, because the error table of the protocol is not shipped. */
export const localFailures = {
  closed: failure('unavailable', 'The client is closed', false),
  full: failure('unavailable', 'Too many requests are waiting', true),
  unsent: failure('unavailable', 'No connection in time: not sent', true),
  tooLarge: failure('message_too_large', 'The request is larger than 64 KiB: not sent', false),
  unanswered: failure('timeout', 'No answer in time: the outcome is unknown', true),
};

/**
 * True for a refusal after which the request is sent again. Every request may be repeated, because a change carries its id and
 * a read changes nothing. A send of a muted user is not retried: the application decides whether it still wants the message
 * after the mute.
 */
export const mayPass = (answer: Answer<unknown>): answer is FailedAnswer =>
  !answer.success && answer.can_retry && answer.code !== 'muted';
