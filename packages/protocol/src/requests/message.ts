/** Requests on one message: edit, take down, react, pin, and reads of its present state. */
import { z } from 'zod';
import { messageHistoryEntrySchema } from '../entries.ts';
import { mentionsSchema, timestampSchema } from '../groups.ts';
import { messageIdSchema, userIdSchema } from '../ids.ts';
import { reactionSchema } from '../reactions.ts';
import { messageMetadataSchema, messageTextSchema, reasonSchema } from '../text.ts';
import { group, nextCursorSchema, paged, positioned } from './arguments.ts';

const named = { ...group, message_id: messageIdSchema };

const reacting = {
  access: 'change',
  args: z.strictObject({ ...named, reaction: reactionSchema }),
  result: z.object({
    reaction: reactionSchema,
    count: z.int().min(0).describe('Users with this reaction on the message'),
    ...positioned,
  }),
} as const;

const pinning = <S extends 'pinned' | 'unpinned'>(status: S) =>
  ({
    access: 'change',
    args: z.strictObject(named),
    result: z.object({ status: z.literal(status), ...positioned }),
  }) as const;

/**
 * `epoch` and `seq` of a result name the entry of the change. If nothing had to change, they name the newest change of
 * the message, or the message itself.
 * @param messageMaxBytes UTF-8 bytes of `message`
 */
export const messageRequests = (messageMaxBytes: number) =>
  ({
    edit_message: {
      access: 'change',
      args: z.strictObject({
        ...named,
        message: messageTextSchema(messageMaxBytes),
        metadata: messageMetadataSchema
          .optional()
          .describe('Replaces the whole object; absent: it stays as it is'),
        mentions: mentionsSchema.optional().describe('Replaces the list; absent: it stays as it is'),
      }),
      result: z.object({
        message_id: messageIdSchema,
        edits: z.int().min(0).describe('How often the text was edited so far'),
        edited_at: timestampSchema.optional().describe('Absent: the text was never edited'),
        mentions_dropped: z
          .array(userIdSchema)
          .optional()
          .describe('Mentioned users who do not receive in this group; absent: none'),
        ...positioned,
      }),
    },
    append_message: {
      access: 'change',
      args: z
        .strictObject({
          ...named,
          text: messageTextSchema(messageMaxBytes, 'text').optional().describe('Absent only with `done`'),
          done: z.literal(true).optional().describe('Closes the message'),
        })
        .refine(({ text, done }) => text !== undefined || done, {
          error: 'text is required, or done',
          path: ['text'],
        }),
      result: z.object({
        message_id: messageIdSchema,
        bytes: z.int().min(0).describe('UTF-8 bytes that were appended to the message so far'),
        ...positioned,
      }),
    },
    delete_message: {
      access: 'change',
      args: z.strictObject({ ...named, reason: reasonSchema.optional() }),
      result: z.object({ status: z.literal('deleted'), message_id: messageIdSchema, ...positioned }),
    },
    react: reacting,
    unreact: reacting,
    pin_message: pinning('pinned'),
    unpin_message: pinning('unpinned'),
    get_message: {
      access: 'read',
      args: z.strictObject(named),
      result: messageHistoryEntrySchema,
    },
    list_reactions: {
      access: 'read',
      args: z.strictObject({
        ...named,
        ...paged,
        reaction: reactionSchema.optional().describe('Only users with this reaction'),
      }),
      result: z.object({
        reactions: z.array(z.object({ user_id: userIdSchema, reaction: reactionSchema })),
        next_cursor: nextCursorSchema,
      }),
    },
  }) as const;
