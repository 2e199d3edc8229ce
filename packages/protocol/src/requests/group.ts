/** Requests about groups: create, settings and delete, and reads of groups and their members. */
import { z } from 'zod';
import { messageHistoryEntrySchema } from '../entries.ts';
import { errorCodeSchema } from '../errors.ts';
import {
  countsSchema,
  epochSchema,
  groupTypeSchema,
  historySettingSchema,
  memberSchema,
  memberStatusSchema,
  membershipEventsSchema,
  notificationsSchema,
  ownStatusSchema,
  postingSchema,
  retentionSchema,
  roleSchema,
  seqSchema,
  timestampSchema,
} from '../groups.ts';
import { groupIdSchema, messageIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { metadataSchema } from '../text.ts';
import { group, nextCursorSchema, paged, positioned } from './arguments.ts';

/** Who may send, how often, and how long a message may be edited. */
const sendingSettings = {
  posting: postingSchema.optional(),
  slow_mode_ms: z
    .int()
    .min(0)
    .max(limits.slowModeMsMax)
    .optional()
    .meta({
      description: 'Members without a role send one message in so many ms, at most one hour; 0: any number',
      examples: [10_000],
    }),
  edit_window_ms: z
    .int()
    .min(0)
    .max(limits.editWindowMsMax)
    .optional()
    .meta({
      description: 'A message may be edited for so many ms, at most ten years; 0: never. Default: one day',
      examples: [900_000],
    }),
};

const acceptsNeededSchema = z
  .int()
  .min(1)
  .max(limits.acceptsNeededMax)
  .meta({
    description:
      'So many different members, each of whom may accept, have to accept an applicant. Default: 1',
    examples: [2],
  });

/** What stays after a membership, and after the group. */
const stayingSettings = {
  mute_survives_rejoin: z
    .boolean()
    .optional()
    .describe('true: a muted user that leaves and comes back is muted again, until the end of that mute'),
  id_reserved_ms: z
    .int()
    .min(0)
    .max(limits.idReservedMsMax)
    .optional()
    .meta({
      description:
        'After its end no user can create a group with its id for so many ms, at most 30 days; 0: at once',
      examples: [86_400_000],
    }),
};
const requestTtlMsSchema = z.int().min(limits.requestTtlMsMin).max(limits.requestTtlMsMax);

const createSettings = {
  group_type: groupTypeSchema,
  max_members: z
    .int()
    .min(1)
    .max(limits.groupMembersMax)
    .optional()
    .meta({ description: 'Absent: no limit', examples: [500] }),
  ephemeral: z
    .boolean()
    .optional()
    .describe('true: a membership ends 30 s after the last connection of the member'),
  history: historySettingSchema.optional(),
  metadata: metadataSchema.optional(),
  accepts_needed: acceptsNeededSchema.optional(),
  request_ttl_ms: requestTtlMsSchema.optional().meta({
    description: 'A request to join that was not answered for so many ms ends. Absent: it does not',
    examples: [604_800_000],
  }),
  ...sendingSettings,
  ...stayingSettings,
  retention: retentionSchema.optional(),
  membership_events: membershipEventsSchema.optional().describe('Default: all'),
};

/** Null removes a setting. */
const updateSettings = {
  max_members: z
    .int()
    .min(1)
    .max(limits.groupMembersMax)
    .nullable()
    .optional()
    .meta({ description: 'Null takes the limit away', examples: [500] }),
  history: historySettingSchema.optional(),
  metadata: metadataSchema.nullable().optional().describe('Replaces the whole object; null takes it away'),
  accepts_needed: acceptsNeededSchema.optional(),
  request_ttl_ms: requestTtlMsSchema
    .nullable()
    .optional()
    .meta({ description: 'For requests from now on; null takes it away', examples: [604_800_000] }),
  ...sendingSettings,
  ...stayingSettings,
  retention: retentionSchema.nullable().optional().describe('Null: that of the service'),
  membership_events: membershipEventsSchema.optional(),
};
const settingNames = Object.keys(updateSettings);

/** The actions that `explain` knows: the rows of the rule table. */
const actionSchema = z
  .enum([
    'join',
    'leave',
    'accept',
    'reject',
    'mute',
    'unmute',
    'kick',
    'ban',
    'unban',
    'invite',
    'decline_invite',
    'revoke_invite',
    'join_by_link',
    'create_link',
    'list_links',
    'revoke_link',
    'promote',
    'demote',
    'transfer',
    'update',
    'delete',
    'send',
    'read',
    'list_bans',
    'list_invites',
    'add',
    'remove',
    'edit',
    'append',
    'take_down',
    'react',
    'pin',
  ])
  .meta({
    id: 'Action',
    description:
      'What a user may want to do in a group; `add` and `remove`: what the service may do to the user by a batch',
  });
export type Action = z.infer<typeof actionSchema>;

/** All checks of the action's row, in order; without checks of a target, because `explain` names none. */
const explanationSchema = z.object({
  allowed: z.boolean(),
  code: errorCodeSchema.optional().describe('Of the refusal that the action would get'),
  until: timestampSchema
    .optional()
    .describe('When the mute, ban or slow mode that refuses the action ends by itself'),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean() })),
});

const pinSchema = z
  .object({
    message_id: messageIdSchema,
    seq: seqSchema.describe('Of the message'),
    pinned_by: z.string().describe('`$service` when no user acted'),
    pinned_at: timestampSchema,
  })
  .meta({ id: 'Pin', description: 'A pinned message' });

const memberRowSchema = memberSchema
  .extend({
    user_id: userIdSchema,
    online: z.boolean().optional(),
    note: z.string().optional().describe('Of an applicant; only for those who may accept it'),
  })
  .meta({ id: 'MemberRow' });
const groupRowSchema = z
  .object({
    group_id: groupIdSchema,
    group_type: groupTypeSchema,
    status: ownStatusSchema,
    roles: z.array(roleSchema),
    invited_by: z.string().optional().describe('The user that invited, or `$service`'),
    invited_until: timestampSchema.optional().describe('When the invite ends by itself'),
    head_seq: seqSchema,
    read_seq: seqSchema.optional(),
    unread: z.int().min(0).optional().describe('Messages that the user has not read'),
    unread_mentions: z.int().min(0).optional().describe('Those of them that mention the user'),
    notifications: notificationsSchema.optional().describe('Absent: level `all`'),
    last_message: messageHistoryEntrySchema.nullable().optional().meta({
      description:
        'Only with `order` `activity`: the last message that the log has and the user may read, in its present state, perhaps a tombstone; null: none',
    }),
  })
  .meta({ id: 'GroupRow' });

const groupInfoSchema = z
  .object({
    group_id: groupIdSchema,
    group_type: groupTypeSchema,
    me: z
      .object({
        status: z.union([ownStatusSchema, z.literal('none')]),
        roles: z.array(roleSchema),
        notifications: notificationsSchema.optional().describe('Absent: level `all`'),
      })
      .optional(),
    epoch: epochSchema.optional(),
    seq: seqSchema.optional(),
    counts: countsSchema.optional(),
    created_at: timestampSchema.optional(),
    metadata: z.record(z.string(), z.unknown()).nullable().optional(),
    max_members: z.int().min(1).nullable().optional().describe('Null: no limit'),
    accepts_needed: z.int().min(1).optional(),
    request_ttl_ms: z.int().min(1).nullable().optional().describe('Null: requests do not end'),
    membership_events: membershipEventsSchema.optional(),
    history: historySettingSchema.optional(),
    ephemeral: z.boolean().optional(),
    ...sendingSettings,
    ...stayingSettings,
    retention: z
      .object({ max_entries: z.int().min(1).optional(), max_age_ms: z.int().min(1).optional() })
      .nullable()
      .optional()
      .describe('Null: that of the service'),
    partition: z.int().min(0).optional(),
    room: z.string().optional(),
    members: z.record(z.string(), memberSchema).optional(),
    pinned: z
      .array(pinSchema)
      .optional()
      .describe('Pinned messages that the reader may read, the first pinned first; absent: none'),
    truncated: z.boolean().optional().describe('true: the group has more members than are listed'),
  })
  .meta({
    id: 'GroupInfo',
    description: 'Outsiders and applicants get `group_id`, `group_type` and their own status only',
  });
export type GroupInfo = z.infer<typeof groupInfoSchema>;

export const groupRequests = {
  create_group: {
    access: 'change',
    args: z.strictObject({ ...group, ...createSettings }),
    result: z.object({ ...group, group_type: groupTypeSchema, ...positioned }),
  },
  update_group: {
    access: 'change',
    args: z
      .strictObject({
        ...group,
        ...updateSettings,
        if_seq: seqSchema
          .optional()
          .describe('`seq` of a `get_group_info`: refused with `conflict` if settings were changed after it'),
      })
      .refine((args) => settingNames.some((name) => Reflect.get(args, name) !== undefined), {
        error: `one of ${settingNames.join(', ')} is required`,
        path: ['max_members'],
      }),
    result: z.object(positioned),
  },
  explain: {
    access: 'read',
    args: z.strictObject({
      ...group,
      user_id: userIdSchema.optional().describe('Absent: the user of the token'),
      action: actionSchema,
    }),
    result: explanationSchema,
  },
  delete_group: {
    access: 'change',
    args: z.strictObject(group),
    result: z.object({ status: z.literal('deleted') }),
  },
  get_group_info: {
    access: 'read',
    args: z.strictObject({
      ...group,
      include_members: z.boolean().optional().describe('true: with the first 1,000 members'),
    }),
    result: groupInfoSchema,
  },
  list_members: {
    access: 'read',
    args: z
      .strictObject({
        ...group,
        ...paged,
        status: memberStatusSchema.optional().describe('Only members of this status'),
        user_id: userIdSchema
          .optional()
          .describe('Only this member: one row without `note`, or none. Excludes `cursor`'),
      })
      .refine((args) => args.user_id === undefined || args.cursor === undefined, {
        error: 'user_id and cursor exclude each other',
        path: ['cursor'],
      }),
    result: z.object({ members: z.array(memberRowSchema), next_cursor: nextCursorSchema }),
  },
  list_groups: {
    access: 'read',
    args: z.strictObject({
      ...paged,
      order: z.enum(['id', 'activity']).optional().meta({
        description:
          '`id`, the default: ascending by group id. `activity`: by the last message, the newest first, with `last_message`; groups without a message come last',
      }),
    }),
    result: z.object({ groups: z.array(groupRowSchema), next_cursor: nextCursorSchema }),
  },
  /** Lists the groups of the cluster whose id begins with `prefix`. */
  find_groups: {
    access: 'read',
    callers: 'service',
    args: z.strictObject({
      prefix: z
        .string()
        .max(limits.idMaxLength)
        .regex(/^[A-Za-z0-9_.:@|+~=-]*$/, { error: 'prefix holds a character that no id has' })
        .optional()
        .meta({ description: 'Absent: all groups', examples: ['team'] }),
      ...paged,
    }),
    result: z.object({ groups: z.array(z.object(group)), next_cursor: nextCursorSchema }),
  },
} as const;
