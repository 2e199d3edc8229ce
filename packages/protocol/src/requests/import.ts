/** The request by which messages of another system come into a group, with their own times. */
import { z } from 'zod';
import { seqSchema, timestampSchema } from '../groups.ts';
import { requestIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { messageMetadataSchema, messageTextSchema } from '../text.ts';
import { group, positioned } from './arguments.ts';

/** @param messageMaxBytes UTF-8 bytes of `message`. */
export const importedMessageSchema = (messageMaxBytes: number = limits.messageMaxBytes) =>
  z
    .strictObject({
      from_user_id: userIdSchema,
      message: messageTextSchema(messageMaxBytes),
      timestamp: timestampSchema.refine((text) => text >= '1970', {
        error: 'timestamp must be 1970 or later',
      }),
      metadata: messageMetadataSchema.optional(),
      request_id: requestIdSchema
        .optional()
        .describe('Absent: `import-<n>`, n being its place in the import'),
    })
    .meta({ id: 'ImportedMessage', description: 'A message of another system, with its own time' });
export type ImportedMessage = z.infer<ReturnType<typeof importedMessageSchema>>;

/** @param messageMaxBytes UTF-8 bytes of `message`. */
export const importRequests = (messageMaxBytes: number) =>
  ({
    /**
     * Appends messages to the log. They are not pushed, are not unread, and go to the archive, but not to the
     * notifier. A group takes each place of an import once, so a call may be repeated at any time.
     */
    import_messages: {
      access: 'change',
      callers: 'service',
      args: z.strictObject({
        ...group,
        import_id: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'import_id must be 1 to 64 of A–Z a–z 0–9 _ -' })
          .meta({
            description: 'Names one import. Another one begins at place 0',
            examples: ['from-slack-1'],
          }),
        position: seqSchema.describe(
          'Place of the first message in the import: how many messages come before it',
        ),
        messages: z
          .array(importedMessageSchema(messageMaxBytes))
          .max(limits.importMax)
          .optional()
          .describe('Absent: only asks how far the import is. Empty: begins it'),
      }),
      result: z.object({
        imported: z
          .int()
          .min(0)
          .nullable()
          .describe('How many messages of this import the group has. Null: it has not begun'),
        ...positioned,
      }),
    },
  }) as const;
