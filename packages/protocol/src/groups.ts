/** Schemas of the nouns on the wire: group, member, position, entry. */
import { z } from 'zod';
import { groupIdSchema, linkIdSchema, messageIdSchema, userIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { jsonObjectSchema } from './text.ts';

export const groupTypeSchema = z.enum(['public', 'private', 'strict_private']).meta({
  id: 'GroupType',
  description:
    'public: anyone joins at once. private: a member accepts applicants. strict_private: an admin does, and can mute',
});
export const memberStatusSchema = z.enum(['active', 'pending', 'muted']).meta({
  id: 'MemberStatus',
  description: 'pending: applied, not accepted yet, receives nothing. muted: receives, cannot send',
});
/** What a user is to a group, in its own list of groups and in pushes to its own devices. */
export const ownStatusSchema = z.union([memberStatusSchema, z.literal('invited')]).meta({
  id: 'OwnStatus',
  description: 'As MemberStatus; invited: may join at once, receives nothing',
});
export const roleSchema = z.enum(['admin', 'moderator', 'member']).meta({
  id: 'Role',
  description:
    'moderator: accepts and rejects applicants, mutes (in a strict_private group) and kicks plain members. admin: may do all that, and change roles, bans and settings',
});
/** A role that `promote_member` gives. */
export const grantedRoleSchema = z.enum(['admin', 'moderator']).meta({ id: 'GrantedRole' });
export const historySettingSchema = z.enum(['all', 'since_join']).meta({
  id: 'HistorySetting',
  description: 'What a member may read: all entries, or those since its own join',
});

export const postingSchema = z.enum(['members', 'admins', 'nobody']).meta({
  id: 'Posting',
  description:
    'Who may send and edit messages: every active member, the admins of a group for announcements, or none while it is frozen',
});

export const membershipEventsSchema = z.enum(['all', 'counts']).meta({
  id: 'MembershipEvents',
  description:
    'all: every join and leave is an entry of the log. counts: those of plain members are none; the push members_count has the number of members, at most once a second. For groups of some thousand members and more',
});
export type MembershipEvents = z.infer<typeof membershipEventsSchema>;

export const notificationLevelSchema = z.enum(['all', 'mentions', 'none']).meta({
  id: 'NotificationLevel',
  description:
    'Of which messages of the group the member is notified: of all, of those that mention it, or of none',
});

export type NotificationLevel = z.infer<typeof notificationLevelSchema>;
export type GroupType = z.infer<typeof groupTypeSchema>;
export type MemberStatus = z.infer<typeof memberStatusSchema>;
export type OwnStatus = z.infer<typeof ownStatusSchema>;
export type Role = z.infer<typeof roleSchema>;
export type GrantedRole = z.infer<typeof grantedRoleSchema>;
export type HistorySetting = z.infer<typeof historySettingSchema>;
export type Posting = z.infer<typeof postingSchema>;

/** How much of the log a group keeps, where it is less than the service keeps. */
export const retentionSchema = z
  .strictObject({
    max_entries: z.int().min(limits.retentionMinEntries).max(limits.retentionMaxEntries).exactOptional(),
    max_age_ms: z.int().min(limits.retentionMinAgeMs).max(limits.retentionMaxAgeMs).exactOptional(),
  })
  .refine(({ max_entries, max_age_ms }) => max_entries !== undefined || max_age_ms !== undefined, {
    error: 'retention must name max_entries or max_age_ms',
  })
  .meta({
    id: 'Retention',
    minProperties: 1,
    description:
      'How many entries the log of the group keeps, and how old they become; what is absent, or above the setting of the service, is that of the service',
    examples: [{ max_entries: 1000, max_age_ms: 86_400_000 }],
  });

/**
 * A position in a group's log: an integer below 2^53 that rises by 1 per entry, one counter for messages and group
 * events.
 */
export const seqSchema = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({
    id: 'Seq',
    description: 'Position in the log of a group: an integer below 2^53 that rises by 1 from entry to entry',
    examples: [42],
  });
/** Names one unbroken run of the counter; opaque. */
export const epochSchema = z
  .string()
  .min(1)
  .max(64)
  .meta({
    id: 'Epoch',
    description:
      'Names one unbroken run of the positions of a group: compare positions only within one epoch. Opaque',
    examples: ['1hq2x0'],
  });
/** ISO-8601 UTC with milliseconds, from Redis' clock. */
export const timestampSchema = z.iso.datetime({ precision: 3 }).meta({
  id: 'Timestamp',
  description: 'UTC with milliseconds',
  examples: ['2026-03-01T12:00:00.000Z'],
});

/** A member's own setting. `until` is absent if it does not end by itself; afterwards the level is `all` again. */
export const notificationsSchema = z
  .object({ level: notificationLevelSchema, until: timestampSchema.exactOptional() })
  .meta({ id: 'Notifications', description: 'Of what the member is notified, and until when' });

export const memberSchema = z
  .object({
    roles: z.array(roleSchema),
    status: memberStatusSchema,
    joined_at: timestampSchema,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;

export const countsSchema = z
  .object({
    active: z.int().min(0),
    pending: z.int().min(0),
    muted: z.int().min(0),
    admins: z.int().min(0),
    moderators: z.int().min(1).exactOptional().describe('Absent: none'),
  })
  .meta({ id: 'MemberCounts', description: 'Members of a group by status, and how many of them are admins' });
export type Counts = z.infer<typeof countsSchema>;

/** The message to which a message replies. It has no text, so a reply shows nothing that was taken down later. */
export const replySchema = z
  .object({ message_id: messageIdSchema, seq: seqSchema, from_user_id: userIdSchema })
  .meta({ id: 'Reply', description: 'The message to which this one replies' });

export const mentionsSchema = z
  .array(userIdSchema)
  .max(limits.mentionsMax)
  .meta({ id: 'Mentions', description: 'Receivers whom the message mentions', examples: [['bob']] });

/** A message as every receiver gets it. */
export const relayedMessageSchema = z.object({
  group_id: groupIdSchema,
  from_user_id: userIdSchema,
  message: z.string(),
  metadata: jsonObjectSchema('metadata').exactOptional(),
  mentions: mentionsSchema.exactOptional(),
  reply: replySchema.exactOptional(),
  imported: z
    .literal(true)
    .exactOptional()
    .describe('The message comes from another system, and has the time that it had there'),
  open: z.literal(true).exactOptional().describe('Its author may append to it; absent: it is closed'),
  expires_at: timestampSchema
    .exactOptional()
    .describe('From then on no reader gets the text; absent: the message does not expire'),
  traceparent: z.string().exactOptional().describe('The W3C trace context of its send, if that was traced'),
  timestamp: timestampSchema,
  message_id: z.string(),
  epoch: epochSchema,
  seq: seqSchema,
});
export type RelayedMessage = z.infer<typeof relayedMessageSchema>;

export const groupEventTypeSchema = z
  .enum([
    'created',
    'joined',
    'requested',
    'endorsed',
    'accepted',
    'rejected',
    'request_expired',
    'left',
    'kicked',
    'banned',
    'unbanned',
    'muted',
    'unmuted',
    'promoted',
    'demoted',
    'updated',
    'deleted',
    'members_changed',
    'invited',
    'invite_declined',
    'invite_revoked',
    'link_created',
    'link_revoked',
  ])
  .meta({ id: 'GroupEventType' });
export type GroupEventType = z.infer<typeof groupEventTypeSchema>;

/** What a `members_changed` entry did to one user; `status` is `none` after a removal. */
export const changedMemberSchema = z
  .object({
    user_id: userIdSchema,
    status: z.union([memberStatusSchema, z.literal('none')]),
    roles: z.array(roleSchema).optional().describe('Absent after a removal'),
  })
  .meta({ id: 'ChangedMember' });
export type ChangedMember = z.infer<typeof changedMemberSchema>;

/**
 * A change of members or settings, ordered with the messages by the same counter. `actor_id` is `$service` when no
 * user acted.
 */
export const groupEventSchema = z
  .object({
    group_id: groupIdSchema,
    type: groupEventTypeSchema,
    user_id: z.string(),
    actor_id: z.string().optional(),
    epoch: epochSchema,
    seq: seqSchema,
    timestamp: timestampSchema,
    reason: z.string().optional(),
    muted_until: timestampSchema.optional(),
    banned_until: timestampSchema.optional(),
    invited_until: timestampSchema.optional(),
    roles: z.array(roleSchema).optional(),
    group_type: groupTypeSchema.optional().describe('Of `created`'),
    settings: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of `created`: the settings that are not the defaults, as `create_group` has them'),
    changes: z.record(z.string(), z.unknown()).optional(),
    note: z.string().optional(),
    accepts: z.int().min(1).optional(),
    accepts_needed: z.int().min(1).optional(),
    link_id: linkIdSchema
      .optional()
      .describe('The invite link that was made or revoked, or by which the user came'),
    max_uses: z.int().min(1).optional(),
    expires_at: timestampSchema.optional(),
    members: z
      .array(changedMemberSchema)
      .optional()
      .describe('Of `members_changed`: the users that the service added and removed, at most 100'),
  })
  .meta({
    id: 'GroupEvent',
    description: 'A change of members or settings. `actor_id` is `$service` when no user acted',
  });
export type GroupEvent = z.infer<typeof groupEventSchema>;

/** Reasons why a position cannot be continued. */
export const resyncReasonSchema = z.enum([
  'epoch_changed',
  'too_old',
  'ahead',
  'too_far',
  'membership',
  'not_a_member',
]);
export type ResyncReason = z.infer<typeof resyncReasonSchema>;
