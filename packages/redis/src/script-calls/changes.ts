/** Defines the scripts that change groups and members. Each script has one row in the rule table; all begin the same way. */
import { userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { defineScript, integerWord, late, reply } from './define-script.ts';
import { groupArgs, groupKeys, stateKeys } from './group-header.ts';
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

/** Parses `<accepts>/<needed>`: how far an applicant is that needs more accepts. */
const acceptsWord = z
  .string()
  .regex(/^\d+\/\d+$/)
  .transform((text) => {
    const [count, needed] = text.split('/');
    return { count: Number(count), needed: Number(needed) };
  });

/** Parses `<link id>:<nonce>:<end, ms, or ->` of a new invite link. */
const linkWord = z
  .string()
  .regex(/^[\w-]+:[\w-]+:(?:\d{1,16}|-)$/)
  .transform((text) => {
    const [linkId = '', nonce = '', end] = text.split(':');
    return { linkId, nonce, untilMs: end === '-' ? null : Number(end) };
  });

/** Parses `@<seq>`: the user receives from there on, because its join is no entry. */
const fromWord = z
  .string()
  .regex(/^@\d{1,16}$/)
  .transform((text) => ({ fromSeq: Number(text.slice(1)) }));

/** Parses the answer to a change, `<status> <role> <ends_at> <epoch> <seq>`, as the reply and the dedupe key hold it. */
const answerText = z
  .string()
  .transform((text) => text.split(' '))
  .pipe(
    z.tuple([
      z.enum(['a', 'p', 'm', 'b', 'i', 'l', '-']),
      z.enum(['a', 'o', 'm', '-']),
      z.union([acceptsWord, linkWord, fromWord, untilWord]),
      z.string(),
      integerWord,
    ]),
  )
  .transform(([status, role, word, epoch, seq]) => {
    if (typeof word === 'number' || word === null) {
      return { ...standingIn(status, role, word), accepts: null, epoch, seq };
    }
    const standing = { ...standingIn(status, role, null), epoch, seq };
    if ('fromSeq' in word) return { ...standing, accepts: null, ...word };
    return 'nonce' in word ? { ...standing, accepts: null, link: word } : { ...standing, accepts: word };
  });

const changeAnswer = z.tuple([answerText]).transform(([answer]) => answer);

/** Parses the answer, and the users whose invites have ended with the group. */
const doneAnswer = z
  .tuple([answerText])
  .rest(userIdSchema)
  .transform(([answer, ...users]) => (users.length === 0 ? answer : { ...answer, uninvited: users.sort() }));

function standingIn(
  status: keyof typeof memberStatusOf | 'b' | 'i' | 'l' | '-',
  role: keyof typeof rolesOf | '-',
  untilMs: number | null,
) {
  const ends = {
    bannedUntilMs: status === 'b' ? untilMs : null,
    invitedUntilMs: status === 'i' ? untilMs : null,
  };
  if (status === 'b' || status === 'i' || status === 'l' || status === '-' || role === '-') {
    return { status: 'none' as const, roles: [], mutedUntilMs: null, ...ends };
  }
  // The end of a request is not that of a mute.
  const mutedUntilMs = status === 'm' ? untilMs : null;
  return { status: memberStatusOf[status], roles: rolesOf[role], mutedUntilMs, ...ends };
}

/** Parses a refusal: a code of the error table, and the time in ms, the delay in ms or the limit that belongs to it. */
export const refusalWords = z.tuple([
  z.string(),
  z.union([z.literal('').transform(() => null), integerWord]),
]);

const changeReply = z.discriminatedUnion('type', [
  reply('done', doneAnswer),
  reply('duplicate', changeAnswer),
  reply('refused', refusalWords),
  /** The reply of a trial that nothing refuses. */
  reply('admitted', z.tuple([])),
  /** The reply to a join that would create a group, by a user that has reached its limit of groups. */
  reply('groups_full', z.tuple([])),
  late,
]);
export type ChangeReply = z.infer<typeof changeReply>;

const defineChange = <const A extends string>(file: string, extra: readonly A[]) =>
  defineScript({ file, keys: changeKeys, args: [...changeArgs, ...extra], reply: changeReply });

/** A change that may end the group or replace a tombstone. */
const defineEnding = <const A extends string>(file: string, extra: readonly A[]) =>
  defineScript({
    file,
    keys: [...changeKeys, ...stateKeys, 'links'],
    args: [...changeArgs, ...extra],
    reply: changeReply,
  });

/** A change of an invite link. */
const defineOnLink = <const A extends string>(file: string, extra: readonly A[]) =>
  defineScript({
    file,
    keys: [...changeKeys, 'links'],
    args: [...changeArgs, 'linkId', ...extra],
    reply: changeReply,
  });

export const createGroup = defineEnding('create-group', [
  'groupType',
  'maxMembers',
  'isEphemeral',
  'history',
  'metadata',
  'sending',
  'editWindowMs',
  'acceptsNeeded',
  'muteSurvivesRejoin',
  'idReservedMs',
  'isByService',
  'requestTtlMs',
  'shown',
]);
export const joinGroup = defineEnding('join-group', [
  'isEnsured',
  'isAdmitted',
  'pendingMax',
  'createsPublic',
  'requestsMax',
  'note',
  'linkId',
]);
export const leaveGroup = defineEnding('leave-group', []);
export const acceptMember = defineChange('accept-member', ['reason']);
export const rejectMember = defineChange('reject-member', ['reason']);
export const muteMember = defineChange('mute-member', ['forMs']);
export const unmuteMember = defineChange('unmute-member', ['reason']);
export const kickMember = defineChange('kick-member', ['reason']);
export const banMember = defineChange('ban-member', ['reason', 'forMs', 'bansMax']);
export const unbanMember = defineChange('unban-member', ['reason']);
export const inviteMember = defineChange('invite-member', ['forMs', 'invitesMax']);
export const declineInvite = defineChange('decline-invite', []);
export const revokeInvite = defineChange('revoke-invite', []);
export const createLink = defineOnLink('create-link', ['nonce', 'maxUses', 'forMs', 'linksMax']);
export const revokeLink = defineOnLink('revoke-link', []);
export const promoteMember = defineChange('promote-member', ['role']);
export const demoteMember = defineChange('demote-member', []);
export const transferGroup = defineChange('transfer-group', []);
export const updateGroup = defineChange('update-group', [
  'maxMembers',
  'history',
  'metadata',
  'posting',
  'slowModeMs',
  'editWindowMs',
  'acceptsNeeded',
  'muteSurvivesRejoin',
  'idReservedMs',
  'retention',
  'retentionJson',
  'ifSeq',
  'requestTtlMs',
  'membershipEvents',
]);
export const deleteGroup = defineEnding('delete-group', []);

/** Parses `<answers> <epoch> <seq>`, with one answer per user: `am`, `x` or `!banned:1767225600000`. */
const membersAnswer = z
  .tuple([z.string().transform((text) => text.split(' '))])
  .transform(([words]) => words)
  .pipe(z.tuple([z.string().transform((text) => text.split(',')), z.string(), integerWord]))
  .transform(([answers, epoch, seq]) => ({ answers, epoch, seq }));

export const changeMembers = defineScript({
  file: 'change-members',
  keys: changeKeys,
  args: [...changeArgs, 'added', 'removed', 'pendingMax'],
  reply: z.discriminatedUnion('type', [
    reply('done', membersAnswer),
    reply('duplicate', membersAnswer),
    reply('refused', refusalWords),
    late,
  ]),
});

/** Finds the first answer to a repeated change when an empty membership bucket keeps its own script from running. */
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
  keys: [...groupKeys, ...stateKeys],
  args: [...groupArgs, 'userId'],
  reply: z.discriminatedUnion('type', [reply('ended', z.tuple([])), reply('gone', z.tuple([]))]),
});
