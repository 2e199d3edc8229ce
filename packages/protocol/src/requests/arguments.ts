import { z } from 'zod';
import { epochSchema, seqSchema } from '../groups.ts';
import { groupIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';

export const group = { group_id: groupIdSchema };
export const target = { ...group, user_id: userIdSchema };
export const positioned = { epoch: epochSchema, seq: seqSchema };

const cursorSchema = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[!-~]+$/, { error: 'cursor holds a character that no cursor has' });
export const paged = {
  cursor: cursorSchema
    .optional()
    .describe('`next_cursor` of the page before; absent: the first page. Opaque'),
  limit: z
    .int()
    .min(1)
    .max(limits.pageMax)
    .default(limits.pageDefault)
    .meta({ description: 'Rows of one page at most', examples: [20] }),
};
export const nextCursorSchema = z
  .string()
  .nullable()
  .describe('Where the next page begins; null: no further page');

export const forMsSchema = z
  .int()
  .min(1)
  .max(limits.forMsMax)
  .meta({
    description: 'Ends by itself after so many milliseconds, at most ten years; absent: no end',
    examples: [600_000],
  });
