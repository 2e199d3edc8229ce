/** The built-in steps of a send. Each refuses the message, answers it, or passes it to the next step. */
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import { refused } from '../groups/commands.ts';
import type { AppendOutcome, MessageDraft } from '../log/draft.ts';
import type { GroupLog } from '../ports/group-log.ts';

/** May throw `PlenumError` only. */
export type SendStep = (draft: MessageDraft, next: () => Promise<AppendOutcome>) => Promise<AppendOutcome>;

/**
 * The step before the first slow one: answers a message that is stored already, and refuses what the rules refuse.
 * @param isRateLimited takes a token as well: a message that a later step refuses has cost it.
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

/** Asks the team's moderation about the text. */
export const moderationStep =
  (moderation: ModerationGuard): SendStep =>
  async ({ sender, groupId, message }, next) => {
    const failure = await moderation.check({ group_id: groupId, from_user_id: sender, message });
    return failure === null ? next() : refused(failure);
  };

/**
 * The commit point, always last: one script checks again, numbers, stores and publishes.
 * @param isRateLimited takes the token here; false if an earlier step has taken it.
 */
export const appendStep =
  (log: GroupLog, isRateLimited: boolean): SendStep =>
  (draft) =>
    log.append({ ...draft, isRateLimited });
