/** A middleware of a team's own as a step: whatever it does, the message is answered once and in time. */
import type { Failure } from '@plenum/protocol';
import { saidBy } from '../../concurrency/with-timeout.ts';
import { refused } from '../../groups/commands.ts';
import type { AppendOutcome } from '../../log/draft.ts';
import { PlenumError } from '../../outcome/errors.ts';
import { fail, readFailure, succeed } from '../../outcome/outcome.ts';
import { relayed } from '../answer.ts';
import type { SendMiddleware, SendOutcome } from '../middleware.ts';
import type { Sending, SendStep, StepParts } from '../step.ts';

/** How long a middleware may think before it calls `next`. */
const thinkTimeoutMs = 2000;

export interface OwnStep {
  readonly name: string;
  readonly middleware: SendMiddleware;
}

export const ownStep =
  (own: OwnStep, parts: Pick<StepParts, 'clock' | 'logger'>): SendStep =>
  (sending, next) =>
    new OwnRun(own, parts, next).run(sending);

class OwnRun {
  readonly #own: OwnStep;
  readonly #parts: Pick<StepParts, 'clock' | 'logger'>;
  readonly #next: () => Promise<AppendOutcome>;
  readonly #controller = new AbortController();
  readonly #answer: Promise<AppendOutcome>;
  #decide: (outcome: AppendOutcome | Promise<AppendOutcome>) => void = () => {};
  /** What a `next` that comes too late is told; null: nothing is decided. */
  #refusal: Failure | null = null;
  #told: Promise<SendOutcome> | null = null;

  constructor(own: OwnStep, parts: Pick<StepParts, 'clock' | 'logger'>, next: () => Promise<AppendOutcome>) {
    this.#own = own;
    this.#parts = parts;
    this.#next = next;
    this.#answer = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  async run({ draft }: Sending): Promise<AppendOutcome> {
    const cancel = this.#parts.clock.after(thinkTimeoutMs, () => this.#timeout());
    const context = {
      groupId: draft.groupId,
      userId: draft.sender,
      requestId: draft.request.id,
      message: draft.message,
      signal: this.#controller.signal,
    };
    new Promise<unknown>((resolve) => {
      resolve(this.#own.middleware(context, this.#goOn));
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
    return this.#told !== null || this.#refusal !== null;
  }

  readonly #goOn = (): Promise<SendOutcome> => {
    if (this.#refusal !== null) return Promise.resolve(fail(this.#refusal));
    if (this.#told !== null) return this.#told;
    const outcome = this.#next();
    this.#told = outcome.then((found) =>
      found.outcome === 'appended' ? succeed(relayed(found)) : fail(found.failure),
    );
    // A middleware need not look at what became of the message.
    this.#told.catch(() => undefined);
    this.#decide(outcome);
    return this.#told;
  };

  #refuse(failure: Failure): void {
    if (this.#isDecided) return;
    this.#refusal = failure;
    this.#decide(refused(failure));
  }

  #timeout(): void {
    if (this.#isDecided) return;
    this.#parts.logger.warn({ middleware: this.#own.name }, 'a middleware did not go on in time');
    this.#refuse({ code: 'unavailable' });
    this.#controller.abort();
  }

  #returned(answer: unknown): void {
    if (this.#isDecided) return;
    const failure = readFailure(answer);
    if (failure === null) {
      const fields = { middleware: this.#own.name };
      this.#parts.logger.error(fields, 'a middleware neither went on nor returned a failure');
    }
    this.#refuse(failure ?? { code: 'internal' });
  }

  #threw(cause: unknown): void {
    // The store's own failures come back through `next`.
    if (cause instanceof PlenumError && this.#told !== null) return;
    this.#parts.logger.error({ middleware: this.#own.name, cause: saidBy(cause) }, 'a middleware has thrown');
    this.#refuse({ code: 'internal' });
  }
}
