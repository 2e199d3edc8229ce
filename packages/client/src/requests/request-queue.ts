/** Keeps requests until they have a final answer or their time is over. A request keeps its id over retries and reconnects. */
import type { Answer, FailureBody, RequestResult, RequestType } from '@plenum/protocol';
import type { Backoff } from '../backoff.ts';
import type { Link } from '../connection/link.ts';
import type { Clock, Random } from '../platform.ts';
import {
  type Ask,
  type AskOptions,
  localFailures,
  nextAttempt,
  type Outcome,
  type Reaction,
} from './outcome.ts';

/** Maximum time of a request, ms. The server keeps a request id for 10 minutes, and a retry must not come later. */
const longestMs = 9 * 60_000;

/**
 * Maximum size of an envelope, bytes: a frame of 64 KiB minus the bytes around the envelope. For a larger frame the server closes
 * the connection without an answer, and each retry would interrupt all groups again.
 */
const envelopeMaxBytes = 65_536 - 512;

function isTooLarge(envelope: object): boolean {
  const text = JSON.stringify(envelope);
  return text.length * 3 > envelopeMaxBytes && new TextEncoder().encode(text).length > envelopeMaxBytes;
}

export interface RequestQueueDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  /** The service name in requests; null: the server's default. */
  readonly service: string | null;
  /** Time limit of all attempts at a request together. */
  readonly timeoutMs: number;
  /** Time limit of one attempt. */
  readonly answerTimeoutMs: number;
  /** Maximum of waiting requests of the application. */
  readonly waitingMax: number;
}

interface Request extends AskOptions {
  readonly type: RequestType;
  readonly requestId: string;
  readonly args: () => object;
}

interface Waiting extends Request {
  readonly isInternal: boolean;
  readonly deadlineMs: number;
  readonly finish: (answer: Answer<unknown>) => void;
  attempt: number;
  /** True if the request waits for a link: it is neither sent nor in a pause. */
  isReady: boolean;
  /** True if an earlier attempt may have been executed: then the refusal of a later attempt does not show the outcome. */
  isUnknown: boolean;
  /** The failure with which the request ends if its time is over. */
  failure: FailureBody;
  cancelPause: () => void;
}

export class RequestQueue {
  readonly #deps: RequestQueueDeps;
  readonly #waiting = new Set<Waiting>();
  #link: Link | null = null;
  #isClosed = false;

  constructor(deps: RequestQueueDeps) {
    this.#deps = deps;
  }

  readonly ask: Ask = <T extends RequestType>(
    type: T,
    args: () => object,
    { onOutcome, ...options }: AskOptions & Reaction<T> = {},
  ): Promise<Outcome<RequestResult<T>>> =>
    new Promise((resolve) => {
      const requestId = options.requestId ?? this.#deps.random.token();
      this.#start({ type, args, requestId, ...options }, (answer) => {
        const outcome = outcomeOf(type, answer);
        onOutcome?.(outcome);
        resolve(outcome);
      });
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
    for (const waiting of this.#waiting) {
      const { requestId, failure } = waiting;
      waiting.finish(refused(requestId, failure === localFailures.unsent ? localFailures.closed : failure));
    }
  }

  reopen(): void {
    this.#isClosed = false;
  }

  #start(request: Request, onAnswer: (answer: Answer<unknown>) => void): void {
    const { requestId, isInternal = false } = request;
    const { clock, waitingMax, timeoutMs } = this.#deps;
    const isFull = !isInternal && this.#countOfApplication() >= waitingMax;
    if (this.#isClosed || isFull) {
      onAnswer(refused(requestId, isFull ? localFailures.full : localFailures.closed));
      return;
    }
    const limitMs = Math.min(request.timeoutMs ?? timeoutMs, longestMs);
    const waiting: Waiting = {
      ...request,
      isInternal,
      deadlineMs: clock.monotonicMs() + limitMs,
      attempt: 0,
      isReady: true,
      isUnknown: false,
      failure: localFailures.unsent,
      cancelPause: () => {},
      finish: (answer) => {
        cancelLimit();
        waiting.cancelPause();
        if (this.#waiting.delete(waiting)) onAnswer(answer);
      },
    };
    const cancelLimit = clock.after(limitMs, () => waiting.finish(refused(requestId, waiting.failure)));
    this.#waiting.add(waiting);
    this.#attempt(waiting);
  }

  #countOfApplication(): number {
    let count = 0;
    for (const { isInternal } of this.#waiting) if (!isInternal) count += 1;
    return count;
  }

  #attempt(waiting: Waiting): void {
    const link = this.#link;
    waiting.isReady = link === null;
    if (link === null || !this.#waiting.has(waiting)) return;
    const { service, answerTimeoutMs } = this.#deps;
    waiting.failure = localFailures.unanswered;
    const envelope = {
      ...(service === null ? {} : { service }),
      request_type: waiting.type,
      request_id: waiting.requestId,
      args: waiting.args(),
    };
    if (isTooLarge(envelope)) {
      waiting.finish(refused(waiting.requestId, localFailures.tooLarge));
      return;
    }
    link.ask(envelope, answerTimeoutMs, (answer) => this.#answered(waiting, link, answer));
  }

  #answered(waiting: Waiting, link: Link, answer: Answer<unknown> | null): void {
    if (!this.#waiting.has(waiting)) return;
    if (answer === null || (!answer.success && answer.code === 'timeout')) waiting.isUnknown = true;
    if (answer === null && link !== this.#link) {
      this.#attempt(waiting);
      return;
    }
    const { clock, random, backoff } = this.#deps;
    const { attempt, deadlineMs } = waiting;
    const leftMs = deadlineMs - clock.monotonicMs();
    const next = nextAttempt(answer, { attempt, leftMs, backoff, fraction: random.fraction() });
    if (next.type === 'end') {
      waiting.finish(next.answer);
      return;
    }
    if (answer?.success === false && !waiting.isUnknown) waiting.failure = failureIn(answer);
    if (next.type === 'give up') {
      waiting.finish(refused(waiting.requestId, waiting.failure));
      return;
    }
    waiting.attempt += 1;
    waiting.cancelPause = clock.after(next.inMs, () => this.#attempt(waiting));
  }
}

/** Trusts the server's results: the tests of the service check them by the schemas, which are not shipped. */
const isResultOf = <T extends RequestType>(_type: T, result: unknown): result is RequestResult<T> =>
  typeof result === 'object' && result !== null;

function outcomeOf<T extends RequestType>(type: T, answer: Answer<unknown>): Outcome<RequestResult<T>> {
  const { request_id: requestId } = answer;
  if (!answer.success) return { ok: false, failure: failureIn(answer), requestId };
  if (isResultOf(type, answer.result)) return { ok: true, result: answer.result, requestId };
  return { ok: false, failure: localFailures.unanswered, requestId };
}

const refused = (request_id: string, failure: FailureBody): Answer<unknown> => ({
  request_id,
  success: false,
  ...failure,
});

const failureIn = ({ error, code, can_retry, retry_after_ms, details }: FailureBody): FailureBody => ({
  error,
  code,
  can_retry,
  ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
  ...(details === undefined ? {} : { details }),
});
