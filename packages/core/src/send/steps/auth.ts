import type { AuthGuard } from '../../adapters/guards.ts';
import { refused } from '../../groups/commands.ts';
import type { SendStep } from '../step.ts';

/** Asks the team's authorization whether this user may send to this group. */
export const authStep =
  (auth: AuthGuard): SendStep =>
  async ({ draft: { sender, groupId } }, next) => {
    const failure = await auth.authorize(sender, groupId, 'send');
    return failure === null ? next() : refused(failure);
  };
