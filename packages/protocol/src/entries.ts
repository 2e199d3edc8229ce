/**
 * Schemas of the three kinds of entries in a log: a message, a group event, and a change of a message. A message is
 * read in its present state, and its changes follow at their own seqs.
 */
import { z } from 'zod';
import {
  type GroupEvent,
  groupEventSchema,
  mentionsSchema,
  relayedMessageSchema,
  seqSchema,
  timestampSchema,
} from './groups.ts';
import { messageIdSchema, requestIdSchema } from './ids.ts';
import { reactionSchema, reactionsSchema } from './reactions.ts';
import { jsonObjectSchema } from './text.ts';

const actorIdSchema = z.string().describe('`$service` when no user acted');
const stateSeqSchema = seqSchema.describe(
  'Seq of the newest change in this state: to follow it, apply later ones. Absent: none',
);

/** A message in its present state. Live, it comes as it was sent, without the fields of later changes. */
export const presentMessageSchema = relayedMessageSchema.extend({
  edited_at: timestampSchema.exactOptional().describe('When the text was last edited; absent: never'),
  edits: z.int().min(1).exactOptional().describe('How often the text was edited; absent: never'),
  reactions: reactionsSchema.exactOptional(),
  state_seq: stateSeqSchema.exactOptional(),
});

/** The entry at the seq of a message that was taken down, so that seqs stay dense. */
export const tombstoneSchema = relayedMessageSchema
  .omit({
    ...{ message: true, metadata: true, mentions: true, reply: true, open: true, expires_at: true },
    traceparent: true,
  })
  .extend({
    deleted: z.literal(true),
    deleted_by: actorIdSchema,
    deleted_at: timestampSchema,
    reason: z.string().exactOptional(),
    state_seq: stateSeqSchema.exactOptional(),
  });

export type PresentMessage = z.infer<typeof presentMessageSchema>;
/** A tombstone has no text: the absent field lets a reader ask any message for it. */
export type Tombstone = z.infer<typeof tombstoneSchema> & { readonly message?: undefined };

/** The message of a push `relay_message`. */
export const relayedSchema: z.ZodType<PresentMessage | Tombstone> = z.union([
  presentMessageSchema.meta({ id: 'Message', description: 'A message in its present state' }),
  tombstoneSchema.meta({ id: 'Tombstone', description: 'A message that was taken down' }),
]);

export const messageEventTypeSchema = z
  .enum(['edited', 'appended', 'deleted', 'reacted', 'unreacted', 'pinned', 'unpinned'])
  .meta({ id: 'MessageEventType' });
export type MessageEventType = z.infer<typeof messageEventTypeSchema>;

/**
 * A change of a message, ordered with messages and group events by the same counter. Absolute: it names the whole text,
 * the number of edits, the count of the reaction, so applying it twice changes nothing.
 */
export const messageEventSchema = z
  .object({
    group_id: relayedMessageSchema.shape.group_id,
    type: messageEventTypeSchema,
    message_id: messageIdSchema.describe('The message that changed'),
    target_seq: seqSchema.describe('The seq of the message that changed'),
    actor_id: actorIdSchema,
    epoch: relayedMessageSchema.shape.epoch,
    seq: seqSchema,
    timestamp: timestampSchema,
    message: z.string().exactOptional().describe('`edited`: the whole text'),
    metadata: jsonObjectSchema('metadata').exactOptional().describe('`edited`: absent: the message has none'),
    mentions: mentionsSchema.exactOptional().describe('`edited`: absent: the message has none'),
    text: z.string().exactOptional().describe('`appended`: what follows the text of the message'),
    done: z.literal(true).exactOptional().describe('`appended`: the message is closed'),
    expires_at: timestampSchema.exactOptional().describe('`edited`, `appended`: as of the message'),
    edits: z.int().min(1).exactOptional().describe('`edited`: how often the text was edited so far'),
    deleted: z
      .literal(true)
      .exactOptional()
      .describe('`edited`, read anew: the message was taken down, and the entry has no text'),
    reaction: reactionSchema.exactOptional(),
    count: z
      .int()
      .min(0)
      .exactOptional()
      .describe('Users with this reaction on the message after the change'),
    reason: z
      .string()
      .exactOptional()
      .describe('`deleted`; `expired` by the service: the message has reached its end'),
  })
  .meta({
    id: 'MessageEvent',
    description: 'A change of a message: an edit, a take-down, a reaction or a pin',
  });
export type MessageEvent = z.infer<typeof messageEventSchema>;

const ofHistory = { type: z.literal('message'), request_id: requestIdSchema };

export type MessageHistoryEntry = { type: 'message'; request_id: string } & (PresentMessage | Tombstone);
/** `type` is `message` for a message. Both other kinds have a type `deleted`: `target_seq` is in a message event only. */
export type HistoryEntry = MessageHistoryEntry | MessageEvent | GroupEvent;

export const messageHistoryEntrySchema: z.ZodType<MessageHistoryEntry> = z.union([
  presentMessageSchema
    .extend(ofHistory)
    .meta({ id: 'MessageEntry', description: 'A message, with the request id of its sender' }),
  tombstoneSchema
    .extend(ofHistory)
    .meta({ id: 'TombstoneEntry', description: 'A message that was taken down, at its seq' }),
]);

/** One entry of `history`: a message with its sender's request id, a change of a message, or a group event. */
export const historyEntrySchema: z.ZodType<HistoryEntry> = z
  .union([messageHistoryEntrySchema, messageEventSchema, groupEventSchema])
  .meta({
    id: 'HistoryEntry',
    description:
      'One entry of the log; `type` is `message` for a message, and only a change of a message has `target_seq`',
  });

export const isMessageEvent = (entry: HistoryEntry): entry is MessageEvent => 'target_seq' in entry;
