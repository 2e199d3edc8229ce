/** Requests about groups as such: their beginning, settings and end, and what can be asked about them and their members. */
import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import {
  countsSchema,
  epochSchema,
  groupTypeSchema,
  historySettingSchema,
  memberSchema,
  memberStatusSchema,
  roleSchema,
  seqSchema,
  timestampSchema,
} from '../groups.ts';
import { groupIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { metadataSchema } from '../text.ts';
import { group, nextCursorSchema, paged, positioned } from './arguments.ts';

const createSettings = {
  group_type: groupTypeSchema,
  max_members: z.int().min(1).max(limits.groupMembersMax).optional(),
  ephemeral: z.boolean().optional(),
  history: historySettingSchema.optional(),
  metadata: metadataSchema.optional(),
};

/** Null takes a setting away. */
const updateSettings = {
  max_members: z.int().min(1).max(limits.groupMembersMax).nullable().optional(),
  history: historySettingSchema.optional(),
  metadata: metadataSchema.nullable().optional(),
};

/** What `explain` can be asked about: the rows of the rule table. */
const actionSchema = z.enum([
  'join',
  'leave',
  'accept',
  'reject',
  'mute',
  'unmute',
  'kick',
  'ban',
  'unban',
  'promote',
  'demote',
  'update',
  'delete',
  'send',
  'read',
]);
export type Action = z.infer<typeof actionSchema>;

/** Every check of the action's row in order; those that concern a target are left out, since none is named. */
const explanationSchema = z.object({
  allowed: z.boolean(),
  code: z.enum(errorCodes).optional(),
  /** When a mute or a ban that stands in the way ends by itself. */
  until: timestampSchema.optional(),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean() })),
});

const memberRowSchema = memberSchema.extend({ user_id: userIdSchema, online: z.boolean().optional() });
const groupRowSchema = z.object({
  group_id: groupIdSchema,
  group_type: groupTypeSchema,
  status: memberStatusSchema,
  roles: z.array(roleSchema),
  head_seq: seqSchema,
  read_seq: seqSchema.optional(),
  unread: z.int().optional(),
});

/** Outsiders and applicants get `group_id`, `group_type` and their own status only. */
const groupInfoSchema = z.object({
  group_id: groupIdSchema,
  group_type: groupTypeSchema,
  me: z
    .object({ status: z.union([memberStatusSchema, z.literal('none')]), roles: z.array(roleSchema) })
    .optional(),
  epoch: epochSchema.optional(),
  seq: seqSchema.optional(),
  counts: countsSchema.optional(),
  created_at: timestampSchema.optional(),
  metadata: z.record(z.string(), z.unknown()).nullable().optional(),
  max_members: z.int().nullable().optional(),
  history: historySettingSchema.optional(),
  ephemeral: z.boolean().optional(),
  partition: z.int().optional(),
  room: z.string().optional(),
  members: z.record(z.string(), memberSchema).optional(),
  truncated: z.boolean().optional(),
});
export type GroupInfo = z.infer<typeof groupInfoSchema>;

export const groupRequests = {
  create_group: {
    args: z.strictObject({ ...group, ...createSettings }),
    result: z.object({ ...group, group_type: groupTypeSchema, ...positioned }),
  },
  update_group: {
    args: z.strictObject({ ...group, ...updateSettings }).refine((args) => Object.keys(args).length > 1, {
      error: 'one of max_members, history and metadata is required',
      path: ['max_members'],
    }),
    result: z.object(positioned),
  },
  explain: {
    args: z.strictObject({ ...group, user_id: userIdSchema.optional(), action: actionSchema }),
    result: explanationSchema,
  },
  delete_group: { args: z.strictObject(group), result: z.object({ status: z.literal('deleted') }) },
  get_group_info: {
    args: z.strictObject({ ...group, include_members: z.boolean().optional() }),
    result: groupInfoSchema,
  },
  list_members: {
    args: z.strictObject({
      ...group,
      ...paged,
      status: memberStatusSchema.optional(),
    }),
    result: z.object({ members: z.array(memberRowSchema), next_cursor: nextCursorSchema }),
  },
  list_groups: {
    args: z.strictObject(paged),
    result: z.object({ groups: z.array(groupRowSchema), next_cursor: nextCursorSchema }),
  },
  /** For the service only: every group of the cluster whose id begins with `prefix`. */
  find_groups: {
    args: z.strictObject({
      prefix: z.string().max(limits.idMaxLength).optional(),
      ...paged,
    }),
    result: z.object({ groups: z.array(z.object(group)), next_cursor: nextCursorSchema }),
  },
} as const;
