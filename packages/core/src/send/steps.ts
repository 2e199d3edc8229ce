/** The steps of a send: turns the configured order into a list of steps, and defines the built-in steps. */
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import { checkField, textsIn } from '../adapters/moderated-fields.ts';
import { refused } from '../groups/commands.ts';
import type { MessageDraft, SentOutcome } from '../log/draft.ts';
import type { GroupLog } from '../ports/group-log.ts';

const builtInSteps = ['auth', 'rate_limit', 'moderation'] as const;
type BuiltIn = (typeof builtInSteps)[number];
export const defaultMiddlewares: readonly string[] = builtInSteps;

/** The adapters and custom steps that exist. */
export interface Askable {
  readonly auth: boolean;
  readonly moderation: boolean;
  /** Names of custom middlewares. */
  readonly custom: readonly string[];
}

export type StepName =
  | { readonly type: 'admit' | 'rate_limit' | 'auth' | 'moderation' }
  | { readonly type: 'custom'; readonly name: string }
  | { readonly type: 'append'; readonly isRateLimited: boolean };

/** @returns one sentence per mistake in a configured order or in the names of middlewares */
export function orderProblems(order: readonly string[], custom: readonly string[]): string[] {
  const known = [...builtInSteps, ...custom];
  const twice = order.filter((name, at) => order.indexOf(name) !== at);
  const taken = custom.filter((name) => isBuiltIn(name));
  const unused = custom.filter((name) => !isBuiltIn(name) && !order.includes(name));
  return [
    ...order
      .filter((name) => !known.includes(name))
      .map((name) => `middleware "${name}" is unknown: there are ${known.join(', ')}`),
    ...twice.map((name) => `middleware "${name}" is in the order more than once`),
    ...taken.map((name) => `middleware "${name}" has the name of a built-in step`),
    ...unused.map((name) => `middleware "${name}" is not in the order of middlewares`),
  ];
}

const isBuiltIn = (name: string): name is BuiltIn => builtInSteps.some((builtIn) => builtIn === name);

/**
 * Turns the configured order into steps: adds `admit` before the first adapter or middleware, and `append` at the
 * end. Without both, `append` is the only step. `rate_limit` takes the token only if an adapter or middleware follows
 * it; otherwise `append` takes it. Example: `auth, rate_limit` with an auth adapter becomes `admit, auth, append`.
 */
export function stepsOf(order: readonly string[], askable: Askable): readonly StepName[] {
  const isAsked = (name: string) =>
    isBuiltIn(name) ? name !== 'rate_limit' && askable[name] : askable.custom.includes(name);
  const steps: StepName[] = [];
  let isCharged = !order.includes('rate_limit');
  for (const [at, name] of order.entries()) {
    if (name === 'rate_limit' && order.slice(at).some(isAsked)) {
      steps.push({ type: 'rate_limit' });
      isCharged = true;
    }
    if (!isAsked(name)) continue;
    if (steps.length === 0) steps.push({ type: 'admit' });
    steps.push(isBuiltIn(name) ? { type: name } : { type: 'custom', name });
  }
  return [...steps, { type: 'append', isRateLimited: !isCharged }];
}

/** May throw `PlenumError` only. */
export type SendStep = (draft: MessageDraft, next: () => Promise<SentOutcome>) => Promise<SentOutcome>;

/**
 * The step before the first adapter or middleware: answers a message that is stored already, and refuses what the
 * rules refuse.
 * @param isRateLimited also takes a token, even if a later step refuses the message
 */
export const admitStep =
  (log: GroupLog, isRateLimited: boolean): SendStep =>
  async (draft, next) => {
    const outcome = await log.admit({ ...draft, isRateLimited });
    return outcome.type === 'admitted' ? next() : outcome;
  };

/** Asks the team's authorization whether this user may send to this group. */
export const authStep =
  (auth: AuthGuard): SendStep =>
  async ({ sender, groupId }, next) => {
    const failure = await auth.authorize(sender, groupId, 'send');
    return failure === null ? next() : refused(failure);
  };

/** Asks the team's moderation about the text, and about the texts in the metadata if there are some. */
export const moderationStep =
  (moderation: ModerationGuard): SendStep =>
  async ({ sender, groupId, message, extras }, next) => {
    const proposed = { group_id: groupId, from_user_id: sender, message };
    const failure = await moderation.check(proposed);
    if (failure !== null) return refused(failure);
    const texts = textsIn(extras?.metadata ?? null);
    const blocked =
      texts === '' ? null : await checkField(moderation, 'metadata', { ...proposed, message: texts });
    return blocked === null ? next() : refused(blocked);
  };

/**
 * The commit, always the last step: one script checks again, numbers, stores and publishes.
 * @param isRateLimited takes the token here; false if an earlier step has taken it
 */
export const appendStep =
  (log: GroupLog, isRateLimited: boolean): SendStep =>
  (draft) =>
    commit(log, { ...draft, isRateLimited });

/** Stores and publishes a message; an ephemeral one is only published. */
export const commit = (log: GroupLog, draft: MessageDraft): Promise<SentOutcome> =>
  draft.isEphemeral === true ? log.sendEphemeral(draft) : log.append(draft);
