/** The pipeline of an edit: the steps of a send in the same order, so an edit is checked, moderated and charged like one. */
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import { checkField, textsIn } from '../adapters/moderated-fields.ts';
import { refused } from '../groups/commands.ts';
import { isoTime } from '../groups/records.ts';
import { messageId } from '../log/entry.ts';
import type {
  EditMessage,
  MessageAdmission,
  MessageChanged,
  MessageOutcome,
} from '../log/message-commands.ts';
import { PlenumError } from '../outcome/outcome.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { customStep, type SendMiddleware } from './custom-middleware.ts';
import type { StepName } from './steps.ts';

type Edit = (command: EditMessage) => Promise<MessageOutcome>;
type EditStep = (command: EditMessage, next: () => Promise<MessageOutcome>) => Promise<MessageOutcome>;

/** Where edits are checked and made. */
export interface EditChanges {
  readonly change: (command: EditMessage) => Promise<MessageOutcome>;
  readonly admit: (command: EditMessage) => Promise<MessageAdmission>;
}

export interface EditPipelineDeps {
  readonly changes: EditChanges;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly auth: AuthGuard | null;
  readonly moderation: ModerationGuard | null;
  /** Custom middlewares by the names that the order of the steps uses. */
  readonly middleware?: Readonly<Record<string, SendMiddleware>>;
}

/** The answer to the author of an edit. */
export const editedResult = ({ target }: EditMessage, changed: MessageChanged) => ({
  message_id: messageId(target.epoch, target.seq),
  edits: changed.edits,
  ...(changed.editedAtMs === null ? {} : { edited_at: isoTime(changed.editedAtMs) }),
  ...(changed.mentionsDropped.length === 0 ? {} : { mentions_dropped: [...changed.mentionsDropped] }),
  epoch: changed.epoch,
  seq: changed.seq,
});

/** @param names the steps of a send, from `stepsOf` */
export function createEditPipeline(deps: EditPipelineDeps, names: readonly StepName[]): Edit {
  const steps = names.map((name) => stepFor(name, deps));
  const runFrom = (at: number, command: EditMessage): Promise<MessageOutcome> => {
    const step = steps[at];
    if (step === undefined) return Promise.reject(PlenumError.of('internal'));
    return step(command, () => runFrom(at + 1, command));
  };
  return (command) => runFrom(0, command);
}

function stepFor(name: StepName, deps: EditPipelineDeps): EditStep {
  const { changes, auth, moderation, middleware } = deps;
  if (name.type === 'append')
    return (command) => changes.change({ ...command, isRateLimited: name.isRateLimited });
  if (name.type === 'rate_limit') return admitStep(changes, true);
  if (name.type === 'auth' && auth !== null) {
    return async ({ actor, groupId }, next) => {
      const failure = await auth.authorize(actor, groupId, 'send');
      return failure === null ? next() : refused(failure);
    };
  }
  if (name.type === 'moderation' && moderation !== null) {
    return async ({ actor, groupId, message, metadata }, next) => {
      const proposed = { group_id: groupId, from_user_id: actor };
      const failure = await moderation.check({ ...proposed, message });
      if (failure !== null) return refused(failure);
      const texts = textsIn(metadata);
      const blocked =
        texts === '' ? null : await checkField(moderation, 'metadata', { ...proposed, message: texts });
      return blocked === null ? next() : refused(blocked);
    };
  }
  const custom = name.type === 'custom' ? middleware?.[name.name] : undefined;
  if (name.type === 'custom' && custom !== undefined) {
    const run = customStep({ name: name.name, middleware: custom }, deps);
    return (command, next) =>
      run<MessageChanged>(
        {
          groupId: command.groupId,
          sender: command.actor,
          request: command.request,
          message: command.message,
          editOf: messageId(command.target.epoch, command.target.seq),
        },
        { next, shown: (changed) => editedResult(command, changed) },
      );
  }
  return admitStep(changes, false);
}

const admitStep =
  (changes: EditChanges, isRateLimited: boolean): EditStep =>
  async (command, next) => {
    const outcome = await changes.admit({ ...command, isRateLimited });
    return outcome.type === 'admitted' ? next() : outcome;
  };
