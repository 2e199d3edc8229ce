/** Requests on a group's log: send, subscribe, read. */
import { z } from 'zod';
import { historyEntrySchema } from '../entries.ts';
import { epochSchema, resyncReasonSchema, seqSchema, timestampSchema } from '../groups.ts';
import { groupIdSchema, messageIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { messageMetadataSchema, messageTextSchema } from '../text.ts';
import { group, paged, positioned } from './arguments.ts';

const ephemeralSentSchema = z.object({
  status: z.literal('relayed'),
  recipients_count: z
    .int()
    .min(0)
    .describe('Members entitled to receive: active and muted, the sender and offline members included'),
  timestamp: timestampSchema,
  mentions_dropped: z
    .array(userIdSchema)
    .exactOptional()
    .describe('Users of `mentions` who do not receive the message, so it does not mention them'),
});
const messageSentSchema = ephemeralSentSchema.extend({
  message_id: z.string().describe('Opaque'),
  ...positioned,
});
/** The answer to a message that is in the log. */
export type MessageSent = z.infer<typeof messageSentSchema>;
/** The answer to an ephemeral message, which has no place in the log: the absent fields let a reader ask any answer for them. */
export type EphemeralSent = z.infer<typeof ephemeralSentSchema> & {
  readonly [Name in Exclude<keyof MessageSent, keyof z.infer<typeof ephemeralSentSchema>>]?: undefined;
};

const relayResultSchema: z.ZodType<MessageSent | EphemeralSent> = z.union([
  messageSentSchema.meta({ id: 'MessageSent', description: 'The message is in the log' }),
  ephemeralSentSchema.meta({ id: 'EphemeralSent', description: 'The message was sent with `ephemeral`' }),
]);

export const subscriptionSchema = z.object({
  group_id: groupIdSchema,
  recovered: z.boolean(),
  epoch: epochSchema,
  head_seq: seqSchema,
  /** The seq of the first entry that will be pushed. */
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
  banned_until: timestampSchema.optional(),
});

const relay = (messageMaxBytes: number) =>
  ({
    access: 'change',
    args: z.strictObject({
      ...group,
      message: messageTextSchema(messageMaxBytes),
      metadata: messageMetadataSchema.optional(),
      reply_to: messageIdSchema
        .optional()
        .describe('The message to which this one replies: in the log, and one that the sender may read'),
      mentions: z
        .array(userIdSchema)
        .max(limits.mentionsMax)
        .optional()
        .meta({ description: 'Users whom the message mentions; each counts once', examples: [['bob']] }),
      open: z
        .literal(true)
        .optional()
        .describe('The sender appends to the message with `append_message` until it is closed'),
      ephemeral: z.literal(true).optional().meta({
        description:
          'The message is pushed once, to the devices that are connected now, and kept nowhere. Excludes `open` and `expires_in_ms`',
      }),
      expires_in_ms: z
        .int()
        .min(limits.expiresInMsMin)
        .max(limits.expiresInMsMax)
        .optional()
        .meta({
          description: 'The message is taken down after so many ms, at most 30 days. Absent: it stays',
          examples: [60_000],
        }),
    }),
    result: relayResultSchema,
  }) as const;

/** @param messageMaxBytes UTF-8 bytes of `message`. */
export const logRequests = (messageMaxBytes: number) =>
  ({
    relay_msg: relay(messageMaxBytes),
    send_message: relay(messageMaxBytes),
    subscribe: {
      access: 'read',
      args: subscribeArgs,
      result: z.object({ groups: z.array(z.union([subscriptionSchema, subscribeFailure])) }),
    },
    unsubscribe: {
      access: 'read',
      args: subscribeArgs,
      result: z.object({ groups: z.array(z.union([z.object(group), subscribeFailure])) }),
    },
    history: {
      access: 'read',
      args: z
        .strictObject({
          ...group,
          after: seqSchema.optional().describe('Only entries above this seq. Excludes `before`'),
          before: seqSchema
            .optional()
            .describe('Only entries below this seq, the latest page. Excludes `after`'),
          limit: paged.limit,
        })
        .refine((args) => args.after === undefined || args.before === undefined, {
          error: 'after and before exclude each other',
          path: ['before'],
        }),
      result: z.object({
        entries: z
          .array(historyEntrySchema)
          .describe('Ascending by seq, without a gap. Fewer than `limit` when more would be above 1 MiB'),
        epoch: epochSchema,
        head_seq: seqSchema.describe('Seq of the newest entry'),
        oldest_seq: seqSchema.describe('Seq of the oldest entry that is kept'),
      }),
    },
  }) as const;
