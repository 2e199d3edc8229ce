/** Keeps requests until they have a final answer or their time is over. A request keeps its id over retries and reconnects. */
import type {
  Answer,
  FailedAnswer,
  FailureBody,
  RequestResult,
  RequestType,
  Success,
} from '@plenum/protocol';
import { backoffMs } from '../backoff.ts';
import type { ClientOptions } from '../client-options.ts';
import type { Link } from '../connection/link.ts';
import { type AskOptions, localFailures, mayPass, type Outcome, type Reaction } from './outcome.ts';

/** Maximum time of a request, ms. The server keeps a request id for 10 minutes, and a retry must not come later. */
const longestMs = 9 * 60_000;

/**
 * Maximum size of an envelope, bytes: a frame of 64 KiB minus the bytes around the envelope. For a larger frame the server closes
 * the connection without an answer, and each retry would interrupt all groups again.
 */
const envelopeMaxBytes = 65_536 - 512;

const isTooLarge = (envelope: object): boolean =>
  new TextEncoder().encode(JSON.stringify(envelope)).length > envelopeMaxBytes;

type RequestQueueDeps = Pick<ClientOptions, 'service'> &
  Pick<
    Required<ClientOptions>,
    'clock' | 'random' | 'retryMs' | 'requestTimeoutMs' | 'answerTimeoutMs' | 'maxWaiting'
  >;

/** A refusal of the server, or a failure that the SDK itself reports. */
type Refusal = FailureBody & Partial<FailedAnswer>;

interface Waiting {
  readonly type: RequestType;
  readonly args: () => object;
  readonly requestId: string;
  readonly isInternal: boolean | undefined;
  readonly deadlineMs: number;
  readonly finish: (answer: Success<unknown> | Refusal) => void;
  attempt: number;
  /** True if the request waits for a link: it is neither sent nor in a pause. */
  isReady?: boolean;
  /** True if an earlier attempt may have been executed: then the refusal of a later attempt does not show the outcome. */
  isUnknown?: boolean;
  /** The failure with which the request ends if its time is over. */
  failure: FailureBody;
  cancelPause?: () => void;
}

export class RequestQueue {
  readonly #deps: RequestQueueDeps;
  readonly #waiting = new Set<Waiting>();
  #link: Link | null = null;
  #isClosed = false;

  constructor(deps: RequestQueueDeps) {
    this.#deps = deps;
  }

  /** @param args as in {@link Ask} */
  readonly ask = <T extends RequestType>(
    type: T,
    args: () => object,
    options: AskOptions & Reaction<T> = {},
  ): Promise<Outcome<RequestResult<T>>> =>
    new Promise((resolve) => {
      const { clock, random, maxWaiting, requestTimeoutMs } = this.#deps;
      const { requestId = random.token(), isInternal, timeoutMs = requestTimeoutMs } = options;
      const limitMs = Math.min(timeoutMs, longestMs);
      const waiting: Waiting = {
        type,
        args,
        requestId,
        isInternal,
        deadlineMs: clock.monotonicMs() + limitMs,
        attempt: 0,
        failure: localFailures.unsent,
        finish: (answer) => {
          cancelLimit();
          waiting.cancelPause?.();
          this.#waiting.delete(waiting);
          const outcome = outcomeOf(type, requestId, answer);
          options.onOutcome?.(outcome);
          resolve(outcome);
        },
      };
      const cancelLimit = clock.after(limitMs, () => waiting.finish(waiting.failure));
      if (!isInternal && [...this.#waiting].filter((other) => !other.isInternal).length >= maxWaiting)
        waiting.finish(localFailures.full);
      else if (this.#isClosed) waiting.finish(localFailures.closed);
      else {
        this.#waiting.add(waiting);
        this.#attempt(waiting);
      }
    });

  opened(link: Link): void {
    this.#link = link;
    for (const waiting of this.#waiting) if (waiting.isReady) this.#attempt(waiting);
  }

  lost(): void {
    this.#link = null;
  }

  /** Ends all waiting requests with a failure. The outcome of those that were sent is unknown. */
  close(): void {
    this.#isClosed = true;
    for (const { finish, failure } of this.#waiting)
      finish(failure === localFailures.unsent ? localFailures.closed : failure);
  }

  reopen(): void {
    this.#isClosed = false;
  }

  #attempt(waiting: Waiting): void {
    const link = this.#link;
    waiting.isReady = link === null;
    if (link === null) return;
    const { service, answerTimeoutMs } = this.#deps;
    waiting.failure = localFailures.unanswered;
    const envelope = {
      service,
      request_type: waiting.type,
      request_id: waiting.requestId,
      args: waiting.args(),
    };
    if (isTooLarge(envelope)) waiting.finish(localFailures.tooLarge);
    else link.ask(envelope, answerTimeoutMs, (answer) => this.#answered(waiting, link, answer));
  }

  #answered(waiting: Waiting, link: Link, answer: Answer<unknown> | null): void {
    if (!this.#waiting.has(waiting)) return;
    if (answer === null || (!answer.success && answer.code === 'timeout')) waiting.isUnknown = true;
    if (answer === null && link !== this.#link) this.#attempt(waiting);
    else if (answer === null || mayPass(answer)) this.#retry(waiting, answer);
    else waiting.finish(answer);
  }

  /** Sends the request again after a pause, unless the server asks for more time than is left. */
  #retry(waiting: Waiting, refusal: FailureBody | null): void {
    const { clock, random, retryMs } = this.#deps;
    const backoff = backoffMs(waiting.attempt, retryMs, random.fraction());
    const pauseMs = Math.max(backoff, refusal?.retry_after_ms ?? 0);
    const isTooLate = clock.monotonicMs() + pauseMs >= waiting.deadlineMs;
    if (refusal !== null && !waiting.isUnknown) waiting.failure = refusal;
    waiting.attempt += 1;
    if (refusal !== null && isTooLate) waiting.finish(waiting.failure);
    else waiting.cancelPause = clock.after(pauseMs, () => this.#attempt(waiting));
  }
}

function outcomeOf<T extends RequestType>(
  type: T,
  requestId: string,
  answer: Success<unknown> | Refusal,
): Outcome<RequestResult<T>> {
  if (answer.success && isResultOf(type, answer.result))
    return { ok: true, result: answer.result, requestId };
  const refusal: Refusal = answer.success ? localFailures.unanswered : answer;
  const { request_id, success, ...failure } = refusal;
  return { ok: false, failure, requestId };
}

/** Trusts the fields of a result: the tests of the service check them by the schemas, which are not shipped. */
const isResultOf = <T extends RequestType>(_type: T, result: unknown): result is RequestResult<T> =>
  Object(result) === result;
