/** The scripts of the state changes: one row of the rule table each, all with the same frame. */
import { z } from 'zod';
import { defineScript, integerWord, late, reply } from './define-script.ts';
import { groupArgs, groupKeys } from './group-header.ts';
import { memberStatusOf, rolesOf, untilWord } from './member-record.ts';

const changeKeys = [...groupKeys, 'dedupe', 'groups', 'on', 'reads', 'bucket'] as const;

const changeArgs = [
  ...groupArgs,
  'userId',
  'actor',
  'requestId',
  'payloadHash',
  'rememberMs',
  'deadlineMs',
  'ratePerSec',
  'rateBurst',
  'queueLimit',
  'isTrial',
] as const;

/** `<status> <role> <ends_at> <epoch> <seq>`: the form in the reply and in the dedupe key. */
const changeAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(
    z.tuple([z.enum(['a', 'p', 'm', 'b', '-']), z.enum(['a', 'm', '-']), untilWord, z.string(), integerWord]),
  )
  .transform(([status, role, untilMs, epoch, seq]) => ({ ...standingIn(status, role, untilMs), epoch, seq }));

function standingIn(
  status: keyof typeof memberStatusOf | 'b' | '-',
  role: keyof typeof rolesOf | '-',
  untilMs: number | null,
) {
  const bannedUntilMs = status === 'b' ? untilMs : null;
  if (status === 'b' || status === '-' || role === '-') {
    return { status: 'none' as const, roles: [], mutedUntilMs: null, bannedUntilMs };
  }
  return { status: memberStatusOf[status], roles: rolesOf[role], mutedUntilMs: untilMs, bannedUntilMs };
}

/** A code of the error table, and the time, the delay in ms or the limit that belongs to it. */
export const refusalWords = z.tuple([
  z.string(),
  z.union([z.literal('').transform(() => null), integerWord]),
]);

const changeReply = z.discriminatedUnion('type', [
  reply('done', changeAnswer),
  reply('duplicate', changeAnswer),
  reply('refused', refusalWords),
  /** Reply of a trial. */
  reply('admitted', z.tuple([])),
  /** Reply to a join that would create a group and may not. */
  reply('groups_full', z.tuple([])),
  late,
]);
export type ChangeReply = z.infer<typeof changeReply>;

const defineChange = <const A extends string>(file: string, extra: readonly A[]) =>
  defineScript({ file, keys: changeKeys, args: [...changeArgs, ...extra], reply: changeReply });

export const createGroup = defineChange('create-group', [
  'groupType',
  'maxMembers',
  'isEphemeral',
  'history',
  'metadata',
]);
export const joinGroup = defineChange('join-group', [
  'isEnsured',
  'isAdmitted',
  'pendingMax',
  'createsPublic',
  'requestsMax',
]);
export const leaveGroup = defineChange('leave-group', []);
export const acceptMember = defineChange('accept-member', ['reason']);
export const rejectMember = defineChange('reject-member', ['reason']);
export const muteMember = defineChange('mute-member', ['forMs']);
export const unmuteMember = defineChange('unmute-member', ['reason']);
export const kickMember = defineChange('kick-member', ['reason']);
export const banMember = defineChange('ban-member', ['reason', 'forMs', 'bansMax']);
export const unbanMember = defineChange('unban-member', ['reason']);
export const promoteMember = defineChange('promote-member', []);
export const demoteMember = defineChange('demote-member', []);
export const updateGroup = defineChange('update-group', ['maxMembers', 'history', 'metadata']);
export const deleteGroup = defineChange('delete-group', []);

/** For a change that does not reach its own script because of its limits. */
export const recallChange = defineScript({
  file: 'recall-change',
  keys: ['group', 'dedupe'],
  args: ['payloadHash', 'scope'],
  reply: z.discriminatedUnion('type', [
    reply('none', z.tuple([])),
    reply('duplicate', changeAnswer),
    reply('refused', refusalWords),
  ]),
});

export const endDueMutes = defineScript({
  file: 'end-due-mutes',
  keys: groupKeys,
  args: [...groupArgs, 'userId'],
  reply: z.discriminatedUnion('type', [reply('ended', z.tuple([])), reply('gone', z.tuple([]))]),
});
