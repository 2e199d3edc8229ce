import type { GroupLog } from '../../ports/group-log.ts';
import type { SendStep } from '../step.ts';
import { admitting } from './admit.ts';

/** Takes the token before the steps behind it are asked: a message that they refuse has cost it. */
export const rateLimitStep = (log: GroupLog): SendStep => admitting(log, true);
