/** Runs a custom middleware as a step: the message is answered once and in time, whatever the middleware does. */
import type { Failure, GroupId, RequestResult, UserId } from '@plenum/protocol';
import { errorSummary } from '../concurrency/bounded-calls.ts';
import { type Refused, refused } from '../groups/commands.ts';
import { type Appended, type MessageDraft, type MessageExtras, type Pushed, relayed } from '../log/draft.ts';
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
  /** The id of the message whose text this one replaces. Absent: it is a new message. */
  readonly editOf?: string;
  /** The message is pushed to the devices that are connected now, and kept nowhere. Absent: it is stored. */
  readonly ephemeral?: true;
  /** Aborted when its result is no longer needed. */
  readonly signal: AbortSignal;
}
/** Of a message, or of an edit if the context has `editOf`. */
export type SendOutcome = Outcome<RequestResult<'relay_msg'> | RequestResult<'edit_message'>>;

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

/** What a middleware sees of a message or of an edit. */
type Shown = Pick<MessageDraft, 'groupId' | 'sender' | 'request' | 'message' | 'extras' | 'isEphemeral'> & {
  readonly editOf?: string;
};

/** The later steps, and their success as a middleware sees it. */
interface Later<S extends { readonly type: string }> {
  readonly next: () => Promise<S | Refused>;
  readonly shown: (success: S) => RequestResult<'relay_msg'> | RequestResult<'edit_message'>;
}

/** Runs a middleware for a message or for an edit. */
export const customStep =
  (custom: CustomMiddleware, deps: RunDeps) =>
  <S extends { readonly type: string }>(draft: Shown, later: Later<S>): Promise<S | Refused> =>
    new MiddlewareRun(custom, deps, later).run(draft);

export const customSendStep =
  (custom: CustomMiddleware, deps: RunDeps): SendStep =>
  (draft, next) =>
    customStep(custom, deps)<Appended | Pushed>(draft, { next, shown: relayed });

/** One message in one middleware. */
class MiddlewareRun<S extends { readonly type: string }> {
  readonly #custom: CustomMiddleware;
  readonly #deps: RunDeps;
  readonly #later: Later<S>;
  readonly #controller = new AbortController();
  readonly #answer: Promise<S | Refused>;
  #decide: (outcome: S | Refused | Promise<S | Refused>) => void = () => {};
  /** The answer to a late `next`; null: the message was not refused. */
  #refusal: Failure | null = null;
  #continued: Promise<SendOutcome> | null = null;

  constructor(custom: CustomMiddleware, deps: RunDeps, later: Later<S>) {
    this.#custom = custom;
    this.#deps = deps;
    this.#later = later;
    this.#answer = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  async run(draft: Shown): Promise<S | Refused> {
    const cancel = this.#deps.clock.after(thinkTimeoutMs, () => this.#timeout());
    const context = {
      groupId: draft.groupId,
      userId: draft.sender,
      requestId: draft.request.id,
      message: draft.message,
      ...shownExtras(draft.extras),
      ...(draft.editOf === undefined ? {} : { editOf: draft.editOf }),
      ...(draft.isEphemeral === true ? { ephemeral: true as const } : {}),
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
    const outcome = this.#later.next();
    this.#continued = outcome.then((found) =>
      isRefused(found) ? fail(found.failure) : succeed(this.#later.shown(found)),
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

const isRefused = (outcome: { readonly type: string } | Refused): outcome is Refused =>
  outcome.type === 'refused';
