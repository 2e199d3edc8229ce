/** Requests that change the members of a group, their status or their roles. */
import { z } from 'zod';
import { memberStatusSchema, roleSchema, timestampSchema } from '../groups.ts';
import { limits } from '../limits.ts';
import { noteSchema, reasonSchema } from '../text.ts';
import { group, positioned, target } from './arguments.ts';

const forMsSchema = z
  .int()
  .min(1)
  .max(limits.forMsMax)
  .meta({
    description: 'Ends by itself after so many milliseconds, at most ten years; absent: no end',
    examples: [600_000],
  });

export const membershipRequests = {
  join_group: {
    access: 'change',
    args: z.strictObject({
      ...group,
      ensure: z
        .boolean()
        .optional()
        .describe('true: a member gets its present status instead of `already_member`'),
      note: noteSchema.optional(),
    }),
    result: z.object({ status: memberStatusSchema, ...positioned }),
  },
  leave_group: {
    access: 'change',
    args: z.strictObject(group),
    result: z.object({ status: z.literal('left') }),
  },
  accept_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('active'), ...positioned }),
  },
  reject_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('rejected'), ...positioned }),
  },
  mute_member: {
    access: 'change',
    args: z.strictObject({ ...target, for_ms: forMsSchema.optional() }),
    result: z.object({ status: z.literal('muted'), muted_until: timestampSchema.optional() }),
  },
  unmute_member: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ status: z.literal('active') }),
  },
  kick_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('kicked') }),
  },
  ban_member: {
    access: 'change',
    args: z.strictObject({ ...target, for_ms: forMsSchema.optional(), reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('banned'), banned_until: timestampSchema.optional() }),
  },
  unban_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('unbanned') }),
  },
  promote_member: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ roles: z.array(roleSchema) }),
  },
  demote_member: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ roles: z.array(roleSchema) }),
  },
} as const;
