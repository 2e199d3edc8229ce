/** Requests about presence, typing and read marks. */
import { z } from 'zod';
import { epochSchema, seqSchema } from '../groups.ts';
import { userIdSchema } from '../ids.ts';
import { group } from './arguments.ts';

export const presenceRequests = {
  presence: {
    access: 'read',
    args: z.strictObject(group),
    result: z.object({
      online: z.array(userIdSchema).describe('The first 1,000 at most'),
      count: z.int().min(0).describe('Exact, also above 1,000'),
    }),
  },
  /** Pushed to the devices that are attached now, and to none later: no seq, not stored, the first to be dropped. */
  typing: { access: 'change', args: z.strictObject(group), result: z.object({}) },
  mark_read: {
    access: 'change',
    /** A seq of another log, by its `epoch`, changes nothing: of a group that was deleted and created again since. */
    args: z.strictObject({ ...group, seq: seqSchema, epoch: epochSchema.optional() }),
    /** `read_seq` is clamped to the head and only rises; `unread` counts messages. */
    result: z.object({ read_seq: seqSchema, unread: z.int().min(0) }),
  },
} as const;
