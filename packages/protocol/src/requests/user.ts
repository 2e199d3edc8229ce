/** Requests about users: presence, typing, read marks, and the tokens and connections of a user. */
import { z } from 'zod';
import {
  epochSchema,
  notificationLevelSchema,
  notificationsSchema,
  seqSchema,
  timestampSchema,
} from '../groups.ts';
import { userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { group, nextCursorSchema, paged } from './arguments.ts';

const user = z.strictObject({ user_id: userIdSchema });

const erasureSchema = z
  .object({
    user_id: userIdSchema,
    status: z.enum(['none', 'running', 'done']).describe('none: no erasure is known; it is kept for 30 days'),
    groups_left: z.int().min(0).describe('How many groups the user has left by it'),
    messages_done: z
      .int()
      .min(0)
      .optional()
      .describe('With `erase=messages`: how many messages were taken down'),
    archive: z
      .enum(['none', 'pending', 'done', 'unsupported'])
      .optional()
      .describe('With `erase=messages`. unsupported: this archive cannot erase by user'),
    started_at: timestampSchema.optional(),
    finished_at: timestampSchema.optional(),
  })
  .meta({ id: 'Erasure', description: 'What an erasure of a user has done so far' });
export type ErasureView = z.infer<typeof erasureSchema>;

export const userRequests = {
  presence: {
    access: 'read',
    args: z.strictObject(group),
    result: z.object({
      online: z.array(userIdSchema).describe('The first 1,000 at most'),
      count: z.int().min(0).describe('Exact, also above 1,000'),
    }),
  },
  /** Pushed to the devices that are attached now: no seq, not stored, and the first push to be dropped. */
  typing: { access: 'change', args: z.strictObject(group), result: z.object({}) },
  mark_read: {
    access: 'change',
    /**
     * A seq whose `epoch` is of another log changes nothing, for example after the group was deleted and created
     * again.
     */
    args: z.strictObject({
      ...group,
      seq: seqSchema,
      epoch: epochSchema.optional(),
      unread: z
        .boolean()
        .optional()
        .describe('true: what is above `seq` becomes unread again; the mark may go back'),
    }),
    /** `read_seq` is clamped to the head and only rises, except with `unread: true`; `unread` counts messages. */
    result: z.object({ read_seq: seqSchema, unread: z.int().min(0) }),
  },
  /** An own setting of a member, pushed to its own devices only. It ends with the membership. */
  set_notifications: {
    access: 'change',
    args: z.strictObject({
      ...group,
      level: notificationLevelSchema,
      until_ms: z
        .int()
        .min(0)
        .max(limits.untilMsMax)
        .optional()
        .meta({
          description:
            'ms since 1970: from then on the level is `all` again. Absent: the level does not end by itself',
          examples: [1_772_366_400_000],
        }),
    }),
    /** The setting that holds now: a level that has ended already is `all`. */
    result: notificationsSchema,
  },
  /** Of a group with more than 100 members: `limit_reached`. A service may turn it off: `forbidden`. */
  list_read_marks: {
    access: 'read',
    args: z.strictObject({ ...group, ...paged }),
    result: z.object({
      marks: z.array(
        z.object({
          user_id: userIdSchema,
          read_seq: seqSchema.describe(
            'How far the member has read; without a mark the entry that made it a member',
          ),
        }),
      ),
      epoch: epochSchema,
      head_seq: seqSchema,
      next_cursor: nextCursorSchema,
    }),
  },
  refresh_token: {
    access: 'change',
    args: z.strictObject({ token: z.string().min(1).max(limits.tokenMaxLength) }),
    result: z.object({ expires_at: timestampSchema.nullable() }),
  },
  /** Cuts the sockets that the user has now; the user may reconnect. */
  disconnect_user: {
    access: 'change',
    callers: 'service',
    scope: 'ops',
    args: user,
    result: z.object({ status: z.literal('disconnected') }),
  },
  /**
   * Takes the user out of all groups, in the background, and its messages down with `erase: 'messages'`; a repeated
   * request finds the erasure that runs.
   */
  erase_user: {
    access: 'change',
    callers: 'service',
    scope: 'ops',
    args: user.extend({
      erase: z
        .literal('messages')
        .optional()
        .describe('Take down every message of the user too, in the logs of all groups and in the archive'),
    }),
    result: erasureSchema,
  },
  get_erasure: { access: 'read', callers: 'service', args: user, result: erasureSchema },
  /** Makes every token invalid that was issued to the user until `revoked_at`. */
  revoke_user: {
    access: 'change',
    callers: 'service',
    scope: 'ops',
    args: user,
    result: z.object({ status: z.literal('revoked'), revoked_at: timestampSchema }),
  },
} as const;
