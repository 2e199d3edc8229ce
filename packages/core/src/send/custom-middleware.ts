/** Runs a custom middleware as a step: the message is answered once and in time, whatever the middleware does. */
import type { Failure, GroupId, RequestResult, UserId } from '@plenum/protocol';
import { errorSummary } from '../concurrency/bounded-calls.ts';
import { refused } from '../groups/commands.ts';
import { type AppendOutcome, type MessageDraft, type MessageExtras, relayed } from '../log/draft.ts';
import { fail, type Outcome, PlenumError, readFailure, succeed } from '../outcome/outcome.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import type { SendStep } from './steps.ts';

/** A message as custom middleware sees it. The product never logs its text. */
export interface SendContext {
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly requestId: string;
  readonly message: string;
  /** Absent: the message has none. */
  readonly metadata?: unknown;
  /** The id of the message to which it replies. Absent: to none. */
  readonly replyTo?: string;
  /** Absent: none. */
  readonly mentions?: readonly UserId[];
  /** Aborted when its result is no longer needed. */
  readonly signal: AbortSignal;
}
export type SendOutcome = Outcome<RequestResult<'relay_msg'>>;

/**
 * A custom step between the steps of the pipeline. `next` passes the message to the later steps and resolves with its
 * outcome; a middleware that does not call `next` refuses the message with the failure that it returns. After `next`
 * was called, the later steps decide the answer: what the middleware returns or throws then changes nothing. A
 * middleware that has not called `next` after 2 s refuses the message as `unavailable`, one that throws as `internal`.
 */
export type SendMiddleware = (context: SendContext, next: () => Promise<SendOutcome>) => Promise<SendOutcome>;

/** How long a middleware may take before it calls `next`. */
const thinkTimeoutMs = 2000;

export interface CustomMiddleware {
  readonly name: string;
  readonly middleware: SendMiddleware;
}

interface RunDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

export const customStep =
  (custom: CustomMiddleware, deps: RunDeps): SendStep =>
  (draft, next) =>
    new MiddlewareRun(custom, deps, next).run(draft);

/** One message in one middleware. */
class MiddlewareRun {
  readonly #custom: CustomMiddleware;
  readonly #deps: RunDeps;
  readonly #next: () => Promise<AppendOutcome>;
  readonly #controller = new AbortController();
  readonly #answer: Promise<AppendOutcome>;
  #decide: (outcome: AppendOutcome | Promise<AppendOutcome>) => void = () => {};
  /** The answer to a late `next`; null: the message was not refused. */
  #refusal: Failure | null = null;
  #continued: Promise<SendOutcome> | null = null;

  constructor(custom: CustomMiddleware, deps: RunDeps, next: () => Promise<AppendOutcome>) {
    this.#custom = custom;
    this.#deps = deps;
    this.#next = next;
    this.#answer = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  async run(draft: MessageDraft): Promise<AppendOutcome> {
    const cancel = this.#deps.clock.after(thinkTimeoutMs, () => this.#timeout());
    const context = {
      groupId: draft.groupId,
      userId: draft.sender,
      requestId: draft.request.id,
      message: draft.message,
      ...shownExtras(draft.extras),
      signal: this.#controller.signal,
    };
    new Promise<unknown>((resolve) => {
      resolve(this.#custom.middleware(context, this.#callNext));
    })
      .then((answer) => this.#returned(answer))
      .catch((cause: unknown) => this.#threw(cause));
    try {
      return await this.#answer;
    } finally {
      cancel();
    }
  }

  get #isDecided(): boolean {
    return this.#continued !== null || this.#refusal !== null;
  }

  readonly #callNext = (): Promise<SendOutcome> => {
    if (this.#refusal !== null) return Promise.resolve(fail(this.#refusal));
    if (this.#continued !== null) return this.#continued;
    const outcome = this.#next();
    this.#continued = outcome.then((found) =>
      found.type === 'appended' ? succeed(relayed(found)) : fail(found.failure),
    );
    // A middleware may ignore the outcome of the message.
    this.#continued.catch(() => undefined);
    this.#decide(outcome);
    return this.#continued;
  };

  #refuse(failure: Failure): void {
    if (this.#isDecided) return;
    this.#refusal = failure;
    this.#decide(refused(failure));
  }

  #timeout(): void {
    if (this.#isDecided) return;
    this.#deps.logger.warn({ middleware: this.#custom.name }, 'a middleware did not finish in time');
    this.#refuse({ code: 'unavailable' });
    this.#controller.abort();
  }

  #returned(answer: unknown): void {
    if (this.#isDecided) return;
    const failure = readFailure(answer);
    if (failure === null) {
      const fields = { middleware: this.#custom.name };
      this.#deps.logger.error(fields, 'bug: a middleware neither called next nor returned a failure');
    }
    this.#refuse(failure ?? { code: 'internal' });
  }

  #threw(cause: unknown): void {
    // A failure of the store comes back through `next`.
    if (cause instanceof PlenumError && this.#continued !== null) return;
    this.#deps.logger.error(
      { middleware: this.#custom.name, err: errorSummary(cause) },
      'bug: a middleware threw an error',
    );
    this.#refuse({ code: 'internal' });
  }
}

const shownExtras = (
  extras: MessageExtras | undefined,
): Pick<SendContext, 'metadata' | 'replyTo' | 'mentions'> => ({
  ...(extras?.metadata == null ? {} : { metadata: JSON.parse(extras.metadata) }),
  ...(extras?.replyTo == null ? {} : { replyTo: extras.replyTo }),
  ...(extras === undefined || extras.mentions.length === 0 ? {} : { mentions: extras.mentions }),
});
