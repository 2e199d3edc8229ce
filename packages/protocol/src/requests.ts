/** Every built-in request: its arguments and its result. Socket, REST, OpenAPI and the SDK all read this table. */
import { z } from 'zod';
import { deadLetterRequests } from './dead-letters.ts';
import { errorCodes } from './errors.ts';
import {
  countsSchema,
  epochSchema,
  groupTypeSchema,
  historyEntrySchema,
  historySettingSchema,
  memberSchema,
  memberStatusSchema,
  resyncReasonSchema,
  roleSchema,
  seqSchema,
  timestampSchema,
} from './groups.ts';
import { groupIdSchema, userIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { messageTextSchema, metadataSchema, reasonSchema } from './text.ts';

const group = { group_id: groupIdSchema };
const target = { ...group, user_id: userIdSchema };
export const forMsSchema = z.int().min(1).max(limits.forMsMax);
export const pageLimitSchema = z.int().min(1).max(limits.pageMax).default(limits.pageDefault);
/** Opaque: where the next page begins. */
export const cursorSchema = z.string().min(1).max(512);
export const nextCursorSchema = z.string().nullable();

export const createSettings = {
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
export const actionSchema = z.enum([
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
export const explanationSchema = z.object({
  allowed: z.boolean(),
  code: z.enum(errorCodes).optional(),
  /** When a mute or a ban that stands in the way ends by itself. */
  until: timestampSchema.optional(),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean() })),
});

const positioned = { epoch: epochSchema, seq: seqSchema };

export const memberRowSchema = memberSchema.extend({ user_id: userIdSchema, online: z.boolean().optional() });
export const groupRowSchema = z.object({
  group_id: groupIdSchema,
  group_type: groupTypeSchema,
  status: memberStatusSchema,
  roles: z.array(roleSchema),
  head_seq: seqSchema,
  read_seq: seqSchema.optional(),
  unread: z.int().optional(),
});

/** Outsiders and applicants get `group_id`, `group_type` and their own status only. */
export const groupInfoSchema = z.object({
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

export const relayResultSchema = z.object({
  status: z.literal('relayed'),
  recipients_count: z.int(),
  message_id: z.string(),
  ...positioned,
  timestamp: timestampSchema,
});

export const subscriptionSchema = z.object({
  group_id: groupIdSchema,
  recovered: z.boolean(),
  epoch: epochSchema,
  head_seq: seqSchema,
  /** The first seq that will come. */
  from_seq: seqSchema,
  reason: resyncReasonSchema.optional(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const positionSchema = z.strictObject({
  group_id: groupIdSchema,
  epoch: epochSchema.optional(),
  seq: seqSchema.optional(),
});

const subscribeArgs = z.strictObject({ groups: z.array(positionSchema).min(1).max(limits.subscribeMax) });
const subscribeFailure = z.object({
  group_id: groupIdSchema,
  code: z.string(),
  error: z.string(),
  reason: z.string().optional(),
});

const relay = (messageMaxBytes: number) => ({
  args: z.strictObject({ ...group, message: messageTextSchema(messageMaxBytes) }),
  result: relayResultSchema,
});

/** @param messageMaxBytes `PLENUM_MESSAGE_MAX_BYTES`, UTF-8 bytes of `message`. */
export const requestTable = (messageMaxBytes: number = limits.messageMaxBytes) =>
  ({
    create_group: {
      args: z.strictObject({ ...group, ...createSettings }),
      result: z.object({ ...group, group_type: groupTypeSchema, ...positioned }),
    },
    join_group: {
      args: z.strictObject({ ...group, ensure: z.boolean().optional() }),
      result: z.object({ status: memberStatusSchema, ...positioned }),
    },
    leave_group: { args: z.strictObject(group), result: z.object({ status: z.literal('left') }) },
    accept_member: {
      args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('active'), ...positioned }),
    },
    reject_member: {
      args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('rejected'), ...positioned }),
    },
    mute_member: {
      args: z.strictObject({ ...target, for_ms: forMsSchema.optional() }),
      result: z.object({ status: z.literal('muted'), muted_until: timestampSchema.optional() }),
    },
    unmute_member: { args: z.strictObject(target), result: z.object({ status: z.literal('active') }) },
    kick_member: {
      args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('kicked') }),
    },
    ban_member: {
      args: z.strictObject({ ...target, for_ms: forMsSchema.optional(), reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('banned'), banned_until: timestampSchema.optional() }),
    },
    unban_member: {
      args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('unbanned') }),
    },
    promote_member: { args: z.strictObject(target), result: z.object({ roles: z.array(roleSchema) }) },
    demote_member: { args: z.strictObject(target), result: z.object({ roles: z.array(roleSchema) }) },
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
        cursor: cursorSchema.optional(),
        limit: pageLimitSchema,
        status: memberStatusSchema.optional(),
      }),
      result: z.object({ members: z.array(memberRowSchema), next_cursor: nextCursorSchema }),
    },
    list_groups: {
      args: z.strictObject({ cursor: cursorSchema.optional(), limit: pageLimitSchema }),
      result: z.object({ groups: z.array(groupRowSchema), next_cursor: nextCursorSchema }),
    },
    /** For the service only: every group of the cluster whose id begins with `prefix`. */
    find_groups: {
      args: z.strictObject({
        prefix: z.string().max(limits.idMaxLength).optional(),
        cursor: cursorSchema.optional(),
        limit: pageLimitSchema,
      }),
      result: z.object({ groups: z.array(z.object(group)), next_cursor: nextCursorSchema }),
    },
    ...deadLetterRequests,
    relay_msg: relay(messageMaxBytes),
    send_message: relay(messageMaxBytes),
    refresh_token: {
      args: z.strictObject({ token: z.string().min(1).max(limits.tokenMaxLength) }),
      result: z.object({ expires_at: timestampSchema.nullable() }),
    },
    subscribe: {
      args: subscribeArgs,
      result: z.object({ groups: z.array(z.union([subscriptionSchema, subscribeFailure])) }),
    },
    unsubscribe: {
      args: subscribeArgs,
      result: z.object({ groups: z.array(z.union([z.object(group), subscribeFailure])) }),
    },
    history: {
      args: z
        .strictObject({
          ...group,
          after: seqSchema.optional(),
          before: seqSchema.optional(),
          limit: pageLimitSchema,
        })
        .refine((args) => args.after === undefined || args.before === undefined, {
          error: 'after and before exclude each other',
          path: ['before'],
        }),
      result: z.object({
        entries: z.array(historyEntrySchema),
        epoch: epochSchema,
        head_seq: seqSchema,
        oldest_seq: seqSchema,
      }),
    },
  }) as const satisfies Record<string, { args: z.ZodType; result: z.ZodType }>;

export type RequestTable = ReturnType<typeof requestTable>;
export type RequestType = keyof RequestTable;
export type RequestArgs<T extends RequestType> = z.infer<RequestTable[T]['args']>;
/** Arguments as a client writes them: defaults may be left out, ids are plain strings. */
export type RequestInput<T extends RequestType> = z.input<RequestTable[T]['args']>;
export type RequestResult<T extends RequestType> = z.infer<RequestTable[T]['result']>;

/** `send_message` is another name of `relay_msg`; idempotency hashes are taken over the resolved name. */
export const requestAliases: Readonly<Partial<Record<RequestType, RequestType>>> = {
  send_message: 'relay_msg',
};
