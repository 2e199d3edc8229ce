/** The pushes of the server, and the event maps of Socket.IO. */
import { z } from 'zod';
import type { Answer } from './envelope.ts';
import {
  epochSchema,
  groupEventSchema,
  groupEventTypeSchema,
  memberStatusSchema,
  relayedMessageSchema,
  resyncReasonSchema,
  roleSchema,
  seqSchema,
  timestampSchema,
} from './groups.ts';
import { groupIdSchema, requestIdSchema, userIdSchema } from './ids.ts';
import { subscriptionSchema } from './requests.ts';

/** One message to every receiver, its sender included; `request_id` is the sender's. */
export const relayMessagePushSchema = z.object({
  request_id: requestIdSchema,
  success: z.literal(true),
  result: relayedMessageSchema,
});
export const subscribedPushSchema = z.object({ groups: z.array(subscriptionSchema) });
/** To all devices of the user it concerns; `status` is `none` after a removal. */
export const membershipPushSchema = z.object({
  group_id: groupIdSchema,
  status: z.union([memberStatusSchema, z.literal('none')]),
  roles: z.array(roleSchema),
  type: groupEventTypeSchema,
  actor_id: z.string().optional(),
  reason: z.string().optional(),
});
/** Continuity is broken. Except for `not_a_member` the socket is attached from head_seq + 1; page `history` up to it. */
export const resyncPushSchema = z.object({
  group_id: groupIdSchema,
  reason: resyncReasonSchema,
  epoch: epochSchema.nullable(),
  head_seq: seqSchema,
  oldest_seq: seqSchema,
});
/** Ephemeral: no seq, not repeated. Groups of 500 members or more send `count` only. */
export const presenceChangedPushSchema = z.union([
  z.object({ group_id: groupIdSchema, user_id: userIdSchema, online: z.boolean(), count: z.int() }),
  z.object({ group_id: groupIdSchema, count: z.int() }),
]);
/** Ephemeral, as above; not to the devices of the one who types. */
export const typingPushSchema = z.object({ group_id: groupIdSchema, user_id: userIdSchema });
/** To the user's other devices: one of them has marked more as read. Ephemeral: the highest `read_seq` of an epoch counts. */
export const readPushSchema = z.object({
  group_id: groupIdSchema,
  epoch: epochSchema,
  read_seq: seqSchema,
  unread: z.int(),
});
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
  subscribed: subscribedPushSchema,
  membership: membershipPushSchema,
  resync: resyncPushSchema,
  presence_changed: presenceChangedPushSchema,
  typing: typingPushSchema,
  read: readPushSchema,
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

/** For a typed server or client of Socket.IO. */
export type ServerToClientEvents = {
  [E in PushEvent]: (payload: PushPayload<E>) => void;
} & { response: (answer: Answer<unknown>) => void };

export interface ClientToServerEvents {
  request: (envelope: unknown, ack?: (answer: Answer<unknown>) => void) => void;
}
