/** Requests about invite links: a code that lets users join a group. */
import { z } from 'zod';
import { groupTypeSchema, timestampSchema } from '../groups.ts';
import { groupIdSchema, inviteCodeSchema, linkIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { forMsSchema, group, nextCursorSchema, paged } from './arguments.ts';

const maxUsesSchema = z
  .int()
  .min(1)
  .max(limits.linkUsesMax)
  .meta({ description: 'So many users may join by the link; absent: any number', examples: [10] });
const expiresAtSchema = timestampSchema.describe('When the link ends by itself; absent: it does not');

const linkRowSchema = z
  .object({
    link_id: linkIdSchema,
    created_by: z.string().describe('`$service` when no user acted'),
    created_at: timestampSchema,
    expires_at: expiresAtSchema.optional(),
    uses: z.int().min(0).describe('Users who have joined or applied by the link'),
    max_uses: maxUsesSchema.optional(),
  })
  .meta({ id: 'InviteLink', description: 'An invite link without its code' });

export const linkRequests = {
  create_invite_link: {
    access: 'change',
    args: z.strictObject({
      ...group,
      max_uses: maxUsesSchema.optional(),
      for_ms: forMsSchema.optional(),
    }),
    result: z.object({
      code: inviteCodeSchema,
      link_id: linkIdSchema,
      expires_at: expiresAtSchema.optional(),
      max_uses: maxUsesSchema.optional(),
    }),
  },
  list_invite_links: {
    access: 'read',
    args: z.strictObject({ ...group, ...paged }),
    result: z.object({ links: z.array(linkRowSchema), next_cursor: nextCursorSchema }),
  },
  revoke_invite_link: {
    access: 'change',
    args: z.strictObject({ ...group, link_id: linkIdSchema }),
    result: z.object({ status: z.literal('revoked') }),
  },
  /** What a user sees before it joins by a link. */
  preview_invite: {
    access: 'read',
    args: z.strictObject({ code: inviteCodeSchema }),
    result: z.object({
      group_id: groupIdSchema,
      group_type: groupTypeSchema,
      metadata: z.record(z.string(), z.unknown()).nullable(),
      members_count: z.int().min(0).describe('Members who receive messages'),
      expires_at: expiresAtSchema.optional(),
    }),
  },
} as const;
