import type { GroupLog } from '../../ports/group-log.ts';
import type { SendStep } from '../step.ts';

/**
 * The commit point, always last: one script judges once more, numbers, stores and publishes.
 * @param isRateLimited takes the token here; false if a step before has taken it.
 */
export const appendStep =
  (log: GroupLog, isRateLimited: boolean): SendStep =>
  ({ draft, onCommitted }) =>
    log.append({ ...draft, isRateLimited }, onCommitted);
