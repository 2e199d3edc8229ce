/** Dead letters, for operators: entries that an adapter did not accept. REST with an admin token only. */
import { z } from 'zod';
import { historyEntrySchema } from './entries.ts';
import { timestampSchema } from './groups.ts';
import { groupIdSchema } from './ids.ts';
import { paged } from './requests/arguments.ts';

/** The id of a dead letter; opaque. */
export const deadLetterIdSchema = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .meta({
    id: 'DeadLetterId',
    description: 'Names a failed delivery. Opaque',
    examples: ['1767225600000-0'],
  });

export const deadLetterSchema = z
  .object({
    dead_letter_id: deadLetterIdSchema,
    kind: z.enum(['archive', 'notifier']).meta({ description: 'The adapter that has not taken the entry' }),
    group_id: groupIdSchema.nullable().describe('Null: it cannot be read'),
    message_id: z.string(),
    entry: historyEntrySchema.nullable().describe('Null: this version cannot read it'),
    raw: z.string().optional().describe('The stored text, where it is no entry that this version can read'),
    reason: z
      .string()
      .describe('What the adapter said; `backlog`: too many of its group were waiting; `unreadable`'),
    attempts: z.int().min(0).describe('How often it was tried'),
    died_at: timestampSchema,
  })
  .meta({ id: 'DeadLetter', description: 'An entry that an adapter has not taken after all attempts' });

const letter = { dead_letter_id: deadLetterIdSchema };

export const deadLetterRequests = {
  list_dead_letters: {
    access: 'read',
    callers: 'service',
    args: z.strictObject(paged),
    result: z.object({ dead_letters: z.array(deadLetterSchema), next_cursor: z.string().nullable() }),
  },
  retry_dead_letter: {
    access: 'change',
    callers: 'service',
    scope: 'ops',
    args: z.strictObject(letter),
    result: z.object({ status: z.literal('retried') }),
  },
  delete_dead_letter: {
    access: 'change',
    callers: 'service',
    scope: 'ops',
    args: z.strictObject(letter),
    result: z.object({ status: z.literal('deleted') }),
  },
} as const;
