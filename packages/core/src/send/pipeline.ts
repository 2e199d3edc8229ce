/** Builds the send pipeline: a list of steps, made once from the configured order. */
import type { MessageDraft, SentOutcome } from '../log/draft.ts';
import type { EditMessage, MessageOutcome } from '../log/message-commands.ts';
import { ConfigError, PlenumError } from '../outcome/outcome.ts';
import type { GroupLog } from '../ports/group-log.ts';
import { customSendStep } from './custom-middleware.ts';
import { createEditPipeline, type EditPipelineDeps } from './edit-pipeline.ts';
import {
  admitStep,
  appendStep,
  authStep,
  commit,
  defaultMiddlewares,
  moderationStep,
  orderProblems,
  type SendStep,
  type StepName,
  stepsOf,
} from './steps.ts';

export interface PipelineDeps extends EditPipelineDeps {
  readonly log: GroupLog;
  /** The order of `auth`, `rate_limit`, `moderation` and the names of `middleware`. Default: this order. */
  readonly order?: readonly string[];
}

export interface SendPipeline {
  /** An edit takes the steps of a send. */
  readonly edit: (command: EditMessage) => Promise<MessageOutcome>;
  /** `isRateLimited` of every draft before the first step. */
  readonly isRateLimited: boolean;
  /** True if `moderation` is in the order. */
  readonly isModerated: boolean;
  readonly send: (draft: MessageDraft) => Promise<SentOutcome>;
  /** As `send`, without a promise. Null if adapters or middlewares are asked, because their answers are promises. */
  readonly sendWith: GroupLog['appendWith'] | null;
}

/** @throws ConfigError for an order that names an unknown step, repeats a step, or leaves out a custom middleware */
export function createSendPipeline(deps: PipelineDeps): SendPipeline {
  const { middleware = {}, log } = deps;
  const custom = Object.keys(middleware);
  const order = deps.order ?? [...defaultMiddlewares, ...custom];
  const [problem] = orderProblems(order, custom);
  if (problem !== undefined) throw new ConfigError(problem);
  const asked = { auth: deps.auth !== null, moderation: deps.moderation !== null, custom };
  const names = stepsOf(order, asked);
  const isRateLimited = order.includes('rate_limit');
  const isModerated = order.includes('moderation');
  const edit = createEditPipeline(deps, names);
  // Without adapters and middlewares a send is one script call.
  if (names.length === 1) {
    const send = (draft: MessageDraft) => commit(log, draft);
    return { isRateLimited, isModerated, send, sendWith: log.appendWith.bind(log), edit };
  }
  const steps = names.map((name) => stepFor(name, deps));
  return {
    isRateLimited,
    isModerated,
    send: (draft) => runFrom(steps, 0, draft),
    sendWith: null,
    edit,
  };
}

function runFrom(steps: readonly SendStep[], at: number, draft: MessageDraft): Promise<SentOutcome> {
  const step = steps[at];
  if (step === undefined) return Promise.reject(PlenumError.of('internal'));
  return step(draft, () => runFrom(steps, at + 1, draft));
}

function stepFor(name: StepName, deps: PipelineDeps): SendStep {
  const { log, auth, moderation, middleware } = deps;
  if (name.type === 'append') return appendStep(log, name.isRateLimited);
  if (name.type === 'rate_limit') return admitStep(log, true);
  if (name.type === 'auth' && auth !== null) return authStep(auth);
  if (name.type === 'moderation' && moderation !== null) return moderationStep(moderation);
  const custom = name.type === 'custom' ? middleware?.[name.name] : undefined;
  if (name.type === 'custom' && custom !== undefined) {
    return customSendStep({ name: name.name, middleware: custom }, deps);
  }
  return admitStep(log, false);
}
