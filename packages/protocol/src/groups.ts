/** The nouns of the wire: group, member, position, entry. */
import { z } from 'zod';
import { groupIdSchema, requestIdSchema, userIdSchema } from './ids.ts';

export const groupTypeSchema = z.enum(['public', 'private', 'strict_private']);
export const memberStatusSchema = z.enum(['active', 'pending', 'muted']);
export const roleSchema = z.enum(['admin', 'member']);
export const historySettingSchema = z.enum(['all', 'since_join']);

export type GroupType = z.infer<typeof groupTypeSchema>;
export type MemberStatus = z.infer<typeof memberStatusSchema>;
export type Role = z.infer<typeof roleSchema>;
export type HistorySetting = z.infer<typeof historySettingSchema>;

/** Position in a group's log: integer below 2^53, dense, one counter for messages and group events. */
export const seqSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Opaque: names one unbroken run of the counter. */
export const epochSchema = z.string().min(1).max(64);
/** ISO-8601 UTC with milliseconds, from Redis' clock. */
export const timestampSchema = z.iso.datetime({ precision: 3 });

export const memberSchema = z.object({
  roles: z.array(roleSchema),
  status: memberStatusSchema,
  joined_at: timestampSchema,
});
export type Member = z.infer<typeof memberSchema>;

export const countsSchema = z.object({
  active: z.int(),
  pending: z.int(),
  muted: z.int(),
  admins: z.int(),
});
export type Counts = z.infer<typeof countsSchema>;

/** What every member gets of one message. */
export const relayedMessageSchema = z.object({
  group_id: groupIdSchema,
  from_user_id: userIdSchema,
  message: z.string(),
  timestamp: timestampSchema,
  message_id: z.string(),
  epoch: epochSchema,
  seq: seqSchema,
});
export type RelayedMessage = z.infer<typeof relayedMessageSchema>;

export const groupEventTypeSchema = z.enum([
  'created',
  'joined',
  'requested',
  'accepted',
  'rejected',
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
]);
export type GroupEventType = z.infer<typeof groupEventTypeSchema>;

/** A membership change: same order and same counter as messages. `actor_id` is `$service` when no user acted. */
export const groupEventSchema = z.object({
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
  roles: z.array(roleSchema).optional(),
  changes: z.record(z.string(), z.unknown()).optional(),
});
export type GroupEvent = z.infer<typeof groupEventSchema>;

/** One entry of `history`: a message with its sender's request id, or a group event. */
export const historyEntrySchema = z.union([
  relayedMessageSchema.extend({ type: z.literal('message'), request_id: requestIdSchema }),
  groupEventSchema,
]);
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** Why a position could not be continued. */
export const resyncReasonSchema = z.enum([
  'epoch_changed',
  'too_old',
  'ahead',
  'too_far',
  'membership',
  'not_a_member',
]);
export type ResyncReason = z.infer<typeof resyncReasonSchema>;
