import type { ModerationGuard } from '../../adapters/guards.ts';
import { refused } from '../../groups/commands.ts';
import type { SendStep } from '../step.ts';

/** Asks the team's moderation about the text. */
export const moderationStep =
  (moderation: ModerationGuard): SendStep =>
  async ({ draft: { sender, groupId, message } }, next) => {
    const failure = await moderation.check({ group_id: groupId, from_user_id: sender, message });
    return failure === null ? next() : refused(failure);
  };
