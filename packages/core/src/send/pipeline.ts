/** The way of a message into the log: a list of steps, made once from the configured order. */
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import type { AppendOutcome } from '../log/draft.ts';
import { PlenumError } from '../outcome/errors.ts';
import type { GroupLog } from '../ports/group-log.ts';
import type { SendMiddleware } from './middleware.ts';
import { defaultMiddlewares, orderProblems, type StepName, stepsOf } from './order.ts';
import type { Sending, SendStep, StepParts } from './step.ts';
import { admitStep } from './steps/admit.ts';
import { appendStep } from './steps/append.ts';
import { authStep } from './steps/auth.ts';
import { moderationStep } from './steps/moderation.ts';
import { ownStep } from './steps/own.ts';
import { rateLimitStep } from './steps/rate-limit.ts';

export interface PipelineParts extends StepParts {
  readonly auth: AuthGuard | null;
  readonly moderation: ModerationGuard | null;
  /** By the names that `order` calls them. */
  readonly middleware?: Readonly<Record<string, SendMiddleware>>;
  /** `auth`, `rate_limit`, `moderation` and names of `middleware`. Default: in this order. */
  readonly order?: readonly string[];
}

export interface SendPipeline {
  /** What a draft says about its rate before the first step. */
  readonly isRateLimited: boolean;
  /** The moderation, if there is one, stands in the order. */
  readonly isModerated: boolean;
  readonly send: GroupLog['append'];
}

/** @throws PlenumError with one sentence for an order that names what is not there. */
export function createSendPipeline(parts: PipelineParts): SendPipeline {
  const { middleware = {}, log } = parts;
  const own = Object.keys(middleware);
  const order = parts.order ?? [...defaultMiddlewares, ...own];
  const [problem] = orderProblems(order, own);
  if (problem !== undefined) throw new PlenumError({ code: 'internal', error: problem });
  const asked = { auth: parts.auth !== null, moderation: parts.moderation !== null, own };
  const names = stepsOf(order, asked);
  const isRateLimited = order.includes('rate_limit');
  const isModerated = order.includes('moderation');
  // Nobody is asked: a send is the script, and nothing around it.
  if (names.length === 1)
    return { isRateLimited, isModerated, send: (draft, told) => log.append(draft, told) };
  const steps = names.map((name) => stepFor(name, parts));
  return {
    isRateLimited,
    isModerated,
    send: (draft, onCommitted) => runFrom(steps, 0, { draft, onCommitted }),
  };
}

function runFrom(steps: readonly SendStep[], at: number, sending: Sending): Promise<AppendOutcome> {
  const step = steps[at];
  if (step === undefined) return Promise.reject(PlenumError.of('internal'));
  return step(sending, () => runFrom(steps, at + 1, sending));
}

function stepFor(name: StepName, { log, auth, moderation, middleware, ...parts }: PipelineParts): SendStep {
  if (name.step === 'append') return appendStep(log, name.isRateLimited);
  if (name.step === 'rate_limit') return rateLimitStep(log);
  if (name.step === 'auth' && auth !== null) return authStep(auth);
  if (name.step === 'moderation' && moderation !== null) return moderationStep(moderation);
  const own = name.step === 'own' ? middleware?.[name.name] : undefined;
  if (name.step === 'own' && own !== undefined) return ownStep({ name: name.name, middleware: own }, parts);
  return admitStep(log);
}
