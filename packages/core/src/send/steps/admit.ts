import type { GroupLog } from '../../ports/group-log.ts';
import type { SendStep } from '../step.ts';

/** Before anybody slow is asked: a stored message is answered again, and what the rules refuse is refused. */
export const admitStep = (log: GroupLog): SendStep => admitting(log, false);

/** @param isRateLimited takes a token as well. */
export const admitting =
  (log: GroupLog, isRateLimited: boolean): SendStep =>
  async ({ draft }, next) => {
    const outcome = await log.admit({ ...draft, isRateLimited });
    return outcome.outcome === 'admitted' ? next() : outcome;
  };
