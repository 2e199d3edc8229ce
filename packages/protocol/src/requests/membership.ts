/** Requests that change the members of a group, their status or their roles. */
import { z } from 'zod';
import { errorCodeSchema } from '../errors.ts';
import { grantedRoleSchema, memberStatusSchema, roleSchema, seqSchema, timestampSchema } from '../groups.ts';
import { groupIdSchema, inviteCodeSchema, userIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { noteSchema, reasonSchema } from '../text.ts';
import { forMsSchema, group, nextCursorSchema, paged, positioned, target } from './arguments.ts';

const additionSchema = z
  .strictObject({
    user_id: userIdSchema,
    status: memberStatusSchema
      .optional()
      .describe('Absent: `active`. A public group has no `pending`, only strict_private has `muted`'),
    roles: z.array(roleSchema).min(1).max(2).optional().describe('Absent: `member`'),
  })
  .refine(({ status = 'active', roles = [] }) => status === 'active' || !roles.includes('admin'), {
    error: 'roles: an admin is added as active',
    path: ['roles'],
  });

const users = <S extends z.ZodType>(schema: S) => z.array(schema).max(limits.changedMembersMax).optional();

/** @returns the place of the first user that is named twice; null: there is none */
function placeOfRepeated(args: {
  readonly add?: readonly { readonly user_id: string }[] | undefined;
  readonly remove?: readonly string[] | undefined;
}): readonly (string | number)[] | null {
  const seen = new Set<string>();
  const repeated = (userId: string) => seen.size === seen.add(userId).size;
  const { add = [], remove = [] } = args;
  const inAdd = add.findIndex(({ user_id }) => repeated(user_id));
  if (inAdd >= 0) return ['add', inAdd, 'user_id'];
  const inRemove = remove.findIndex(repeated);
  return inRemove >= 0 ? ['remove', inRemove] : null;
}

const changedSchema = z
  .union([
    z.object({ user_id: userIdSchema, status: z.union([memberStatusSchema, z.literal('none')]) }),
    z.object({
      user_id: userIdSchema,
      code: errorCodeSchema,
      error: z.string(),
      banned_until: timestampSchema.optional(),
    }),
  ])
  .meta({ id: 'MemberChange', description: 'The status of the user afterwards, or why it was refused' });

const banSchema = z
  .object({
    user_id: userIdSchema,
    since: timestampSchema,
    banned_until: timestampSchema.nullable().describe('Null: until an unban'),
    banned_by: z
      .string()
      .optional()
      .describe('`$service` when no user acted; absent: an earlier version has banned the user'),
    reason: z.string().optional(),
  })
  .meta({ id: 'Ban', description: 'A user that may not join' });

const inviteSchema = z
  .object({
    user_id: userIdSchema,
    invited_by: z.string().describe('`$service` when no user acted'),
    invited_until: timestampSchema.nullable().describe('Null: until it is revoked'),
  })
  .meta({ id: 'Invite', description: 'An open invite of a user that is no member' });

export const membershipRequests = {
  /** Adds and removes many users of one group; an entry `members_changed` per 100 of them. */
  change_members: {
    access: 'change',
    callers: 'service',
    args: z
      .strictObject({
        ...group,
        add: users(additionSchema).describe('At most 1,000 users'),
        remove: users(userIdSchema).describe('At most 1,000 users'),
      })
      .superRefine((args, context) => {
        const count = (args.add?.length ?? 0) + (args.remove?.length ?? 0);
        const path = count === 0 ? ['add'] : placeOfRepeated(args);
        if (path === null) return;
        const message =
          count === 0
            ? 'add or remove must name a user'
            : `${path.join('.')} names a user for the second time`;
        context.addIssue({ code: 'custom', message, path: [...path] });
      }),
    result: z.object({
      added: z.array(changedSchema).describe('In the order of `add`'),
      removed: z.array(changedSchema).describe('In the order of `remove`'),
      ...positioned,
    }),
  },
  join_group: {
    access: 'change',
    args: z
      .strictObject({
        group_id: groupIdSchema.optional().describe('Needed without `invite`'),
        ensure: z
          .boolean()
          .optional()
          .describe('true: a member gets its present status instead of `already_member`'),
        note: noteSchema.optional(),
        invite: inviteCodeSchema.optional().describe('The code of an invite link'),
      })
      .refine(({ group_id, invite }) => group_id !== undefined || invite !== undefined, {
        error: 'group_id is required without invite',
        path: ['group_id'],
      }),
    result: z.object({
      status: memberStatusSchema,
      group_id: groupIdSchema.optional().describe('Of a join with `invite`'),
      ...positioned,
      from_seq: seqSchema.optional().describe('Of a join that is no entry: the user receives from there on'),
    }),
  },
  leave_group: {
    access: 'change',
    args: z.strictObject(group),
    result: z.object({ status: z.literal('left') }),
  },
  accept_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({
      status: memberStatusSchema.describe('`muted`: an earlier mute continues'),
      accepts: z.int().min(1).optional().describe('Of a user that is still pending: who has accepted it'),
      accepts_needed: z.int().min(1).optional(),
      ...positioned,
    }),
  },
  reject_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('rejected'), ...positioned }),
  },
  mute_member: {
    access: 'change',
    args: z.strictObject({ ...target, for_ms: forMsSchema.optional() }),
    result: z.object({ status: z.literal('muted'), muted_until: timestampSchema.optional() }),
  },
  unmute_member: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ status: z.literal('active') }),
  },
  kick_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('kicked') }),
  },
  ban_member: {
    access: 'change',
    args: z.strictObject({ ...target, for_ms: forMsSchema.optional(), reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('banned'), banned_until: timestampSchema.optional() }),
  },
  /** Lists the bans in force: those that end first come first, those without an end last. */
  list_bans: {
    access: 'read',
    args: z.strictObject({ ...group, ...paged }),
    result: z.object({ bans: z.array(banSchema), next_cursor: nextCursorSchema }),
  },
  unban_member: {
    access: 'change',
    args: z.strictObject({ ...target, reason: reasonSchema.optional() }),
    result: z.object({ status: z.literal('unbanned') }),
  },
  invite_member: {
    access: 'change',
    args: z.strictObject({ ...target, for_ms: forMsSchema.optional() }),
    result: z.object({
      status: z.literal('invited'),
      invited_until: timestampSchema.optional(),
      ...positioned,
    }),
  },
  /** Lists the open invites by their users. */
  list_invites: {
    access: 'read',
    args: z.strictObject({ ...group, ...paged }),
    result: z.object({ invites: z.array(inviteSchema), next_cursor: nextCursorSchema }),
  },
  decline_invite: {
    access: 'change',
    args: z.strictObject(group),
    result: z.object({ status: z.literal('declined') }),
  },
  revoke_invite: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ status: z.literal('revoked') }),
  },
  promote_member: {
    access: 'change',
    args: z.strictObject({
      ...target,
      role: grantedRoleSchema.optional().describe('Absent: admin'),
    }),
    result: z.object({ roles: z.array(roleSchema) }),
  },
  /** Makes a member an admin and its actor a plain member: entries `promoted` and `demoted`, with nothing between them. */
  transfer_group: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ roles: z.array(roleSchema).describe('Of the former admin'), ...positioned }),
  },
  demote_member: {
    access: 'change',
    args: z.strictObject(target),
    result: z.object({ roles: z.array(roleSchema) }),
  },
} as const;
