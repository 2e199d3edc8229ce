/** Schemas of the server's pushes. */
import { z } from 'zod';
import { messageEventSchema, relayedSchema } from './entries.ts';
import {
  epochSchema,
  groupEventSchema,
  groupEventTypeSchema,
  notificationsSchema,
  ownStatusSchema,
  relayedMessageSchema,
  resyncReasonSchema,
  roleSchema,
  seqSchema,
  timestampSchema,
} from './groups.ts';
import { groupIdSchema, requestIdSchema, userIdSchema } from './ids.ts';
import { subscriptionSchema } from './requests.ts';

/**
 * A message, pushed to every receiver and its sender; `request_id` is the sender's. What a device catches up on comes
 * in its present state.
 */
export const relayMessagePushSchema = z.object({
  request_id: requestIdSchema,
  success: z.literal(true),
  result: relayedSchema,
});
export const subscribedPushSchema = z.object({ groups: z.array(subscriptionSchema) });
/** Pushed to all devices of the user whose membership changed; `status` is `none` after a removal. */
export const membershipPushSchema = z.object({
  group_id: groupIdSchema,
  status: z.union([ownStatusSchema, z.literal('none')]),
  roles: z.array(roleSchema),
  type: groupEventTypeSchema,
  actor_id: z.string().optional(),
  reason: z.string().optional(),
  unlisted: z
    .literal(true)
    .exactOptional()
    .describe('No entry of the log shows this change: the group has the setting membership_events `counts`'),
});
/**
 * How many members receive the messages of a group, in groups with the setting membership_events `counts`. Ephemeral, at most
 * once a second.
 */
export const membersCountPushSchema = z.object({ group_id: groupIdSchema, members_count: z.int().min(0) });
/**
 * The log does not continue the socket's position. Except for `not_a_member`, the socket is attached from head_seq +
 * 1; read `history` up to it.
 */
export const resyncPushSchema = z.object({
  group_id: groupIdSchema,
  reason: resyncReasonSchema,
  epoch: epochSchema.nullable(),
  head_seq: seqSchema,
  oldest_seq: seqSchema,
});
/** Ephemeral: no seq, never repeated. In groups of 500 members or more it has only `count`. */
export const presenceChangedPushSchema = z.union([
  z.object({ group_id: groupIdSchema, user_id: userIdSchema, online: z.boolean(), count: z.int() }),
  z.object({ group_id: groupIdSchema, count: z.int() }),
]);
const { group_id, from_user_id, message, metadata, mentions, reply, timestamp, epoch } =
  relayedMessageSchema.shape;
/**
 * A message that was sent with `ephemeral`, pushed to the receivers and the sender; `request_id` is the sender's. It has no
 * seq, is never repeated, and is the first to be dropped for a slow device. It was sent after the entry `after_seq`.
 */
export const ephemeralMessagePushSchema = z.object({
  group_id,
  request_id: requestIdSchema,
  from_user_id,
  message,
  metadata,
  reply,
  mentions,
  timestamp,
  epoch,
  after_seq: seqSchema,
});
/** Ephemeral; not pushed to the devices of the user who types. */
export const typingPushSchema = z.object({ group_id: groupIdSchema, user_id: userIdSchema });
/**
 * Pushed to the user's other devices when one device has marked more as read. Ephemeral: in one epoch the highest
 * `read_seq` is the newest, until a push with `lowered` takes the mark back.
 */
export const readPushSchema = z.object({
  group_id: groupIdSchema,
  epoch: epochSchema,
  read_seq: seqSchema,
  unread: z.int(),
  lowered: z.literal(true).exactOptional(),
});
/** Pushed to the user's other devices when one device has set how the user is notified of a group. Ephemeral. */
export const notificationsPushSchema = notificationsSchema.extend({ group_id: groupIdSchema });
export const drainPushSchema = z.object({ within_ms: z.int() });
/** The token ends soon: `refresh_token` keeps the socket. */
export const tokenExpiringPushSchema = z.object({ expires_at: timestampSchema });
export const closingPushSchema = z.object({
  code: z.enum(['slow_consumer', 'token_expired', 'revoked', 'disconnected', 'drain']),
});

/** Every push by its event name; `response` answers a request that came without an ack. */
export const pushTable = {
  relay_message: relayMessagePushSchema,
  group_event: groupEventSchema,
  message_event: messageEventSchema,
  subscribed: subscribedPushSchema,
  membership: membershipPushSchema,
  members_count: membersCountPushSchema,
  resync: resyncPushSchema,
  presence_changed: presenceChangedPushSchema,
  typing: typingPushSchema,
  ephemeral_message: ephemeralMessagePushSchema,
  read: readPushSchema,
  notifications: notificationsPushSchema,
  drain: drainPushSchema,
  token_expiring: tokenExpiringPushSchema,
  closing: closingPushSchema,
} as const satisfies Record<string, z.ZodType>;

export type PushEvent = keyof typeof pushTable;
export type PushPayload<E extends PushEvent> = z.infer<(typeof pushTable)[E]>;
export type RelayMessagePush = PushPayload<'relay_message'>;
export type MembershipPush = PushPayload<'membership'>;
export type ResyncPush = PushPayload<'resync'>;
export type SubscribedPush = PushPayload<'subscribed'>;
