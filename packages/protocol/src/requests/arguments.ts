import { z } from 'zod';
import { epochSchema, seqSchema } from '../groups.ts';
import { groupIdSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';

export const group = { group_id: groupIdSchema };
export const target = { ...group, user_id: userIdSchema };
export const positioned = { epoch: epochSchema, seq: seqSchema };

/** Opaque: where the next page begins. */
const cursorSchema = z.string().min(1).max(512);
export const paged = {
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(limits.pageMax).default(limits.pageDefault),
};
export const nextCursorSchema = z.string().nullable();
