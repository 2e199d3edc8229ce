/** Failed deliveries: what an adapter has not taken, for operators. REST only; for the service only. */
import { z } from 'zod';
import { historyEntrySchema, timestampSchema } from './groups.ts';
import { groupIdSchema } from './ids.ts';
import { limits } from './limits.ts';

/** Opaque. */
export const deadLetterIdSchema = z.string().regex(/^[\w-]{1,64}$/);

export const deadLetterSchema = z.object({
  dead_letter_id: deadLetterIdSchema,
  /** Which adapter has not taken it. */
  kind: z.enum(['archive', 'notifier']),
  /** Null where not even that can be read. */
  group_id: groupIdSchema.nullable(),
  message_id: z.string(),
  /** Null: this version cannot read it. */
  entry: historyEntrySchema.nullable(),
  /** What stands there in place of an entry. */
  raw: z.string().optional(),
  /** What the adapter said, `backlog`: too many were waiting, or `unreadable`. */
  reason: z.string(),
  attempts: z.int(),
  died_at: timestampSchema,
});

const letter = { dead_letter_id: deadLetterIdSchema };

export const deadLetterRequests = {
  list_dead_letters: {
    args: z.strictObject({
      cursor: z.string().min(1).max(512).optional(),
      limit: z.int().min(1).max(limits.pageMax).default(limits.pageDefault),
    }),
    result: z.object({ dead_letters: z.array(deadLetterSchema), next_cursor: z.string().nullable() }),
  },
  retry_dead_letter: {
    args: z.strictObject(letter),
    result: z.object({ status: z.literal('retried') }),
  },
  delete_dead_letter: {
    args: z.strictObject(letter),
    result: z.object({ status: z.literal('deleted') }),
  },
} as const;
