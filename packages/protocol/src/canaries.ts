/** Canary groups, with which an operator counts messages end to end. */
import { z } from 'zod';
import { groupIdSchema, userIdSchema } from './ids.ts';

export const openCanarySchema = z.strictObject({
  users: z.int().min(2).max(50).describe('How many members the group gets'),
});
export const canarySchema = z.object({
  group_id: groupIdSchema,
  users: z.array(
    z.object({ user_id: userIdSchema, token: z.string().describe('For a socket; ends with the group') }),
  ),
  ends_at: z.string().describe('When the group is deleted by itself, ISO-8601 UTC'),
});
export const closedCanarySchema = z.object({ status: z.literal('deleted') });
export type Canary = z.infer<typeof canarySchema>;
/** Before its users have tokens. */
export type CanaryGroup = Omit<Canary, 'users'> & {
  readonly users: readonly Omit<Canary['users'][number], 'token'>[];
};
