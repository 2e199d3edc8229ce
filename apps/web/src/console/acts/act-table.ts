/**
 * Every change that an operator makes by hand, from the table of requests: what it acts on, and what is asked before it is sent. A
 * request that is added to the protocol is missing here until it has a row, or is named as one that only a user or a program makes.
 */
import type { RequestTable, RequestType } from '@plenum/protocol';
import type { FieldSpec } from '../parts/fields.tsx';

type Change = {
  [T in RequestType]: RequestTable[T]['access'] extends 'change' ? T : never;
}[RequestType];

/** Of a user before a device, of an import, and of the page of dead letters. */
type NotByHand =
  | 'send_message'
  | 'typing'
  | 'mark_read'
  | 'refresh_token'
  | 'decline_invite'
  | 'import_messages'
  | 'retry_dead_letter'
  | 'delete_dead_letter';

export type ActName = Exclude<Change, NotByHand>;

/** What an act is offered for. */
export type ActPlace =
  | 'service'
  | 'group'
  | 'outsider'
  | 'member'
  | 'applicant'
  | 'ban'
  | 'invite'
  | 'link'
  | 'message'
  | 'user';

export interface Act {
  readonly places: readonly ActPlace[];
  readonly fields: readonly FieldSpec[];
  /** It takes something away: the name of what it is about has to be typed. */
  readonly isDestructive?: true;
  /** The answer has something that is nowhere else. */
  readonly showsAnswer?: true;
  /** Arguments that are the same each time. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

const reason: FieldSpec = { name: 'reason', kind: 'text' };
const forMs: FieldSpec = { name: 'for_ms', kind: 'duration' };
const metadata: FieldSpec = { name: 'metadata', kind: 'json', isExtra: true };
/** Only the author of a message may change its text. */
const author: FieldSpec = { name: 'actor_id', kind: 'text', isRequired: true, suggestion: 'author' };
const userId: FieldSpec = { name: 'user_id', kind: 'text', isRequired: true };

export const acts: Readonly<Record<ActName, Act>> = {
  create_group: {
    places: ['service'],
    fields: [
      { name: 'group_id', kind: 'text', isRequired: true },
      { name: 'creator_id', kind: 'text', isRequired: true },
      {
        name: 'group_type',
        kind: 'choice',
        choices: ['public', 'private', 'strict_private'],
        isRequired: true,
      },
      { name: 'max_members', kind: 'number', isExtra: true },
      metadata,
    ],
  },
  // The settings of a group have a form of their own.
  update_group: { places: [], fields: [] },
  delete_group: { places: ['group'], fields: [], isDestructive: true },
  transfer_group: {
    places: ['member'],
    fields: [{ name: 'actor_id', kind: 'text', isRequired: true }],
  },
  relay_msg: {
    places: ['group'],
    fields: [
      { name: 'from_user_id', kind: 'text', isRequired: true },
      { name: 'message', kind: 'long text', isRequired: true },
      metadata,
      { name: 'mentions', kind: 'ids', isExtra: true },
      { name: 'expires_in_ms', kind: 'duration', isExtra: true },
      { name: 'ephemeral', kind: 'flag', isExtra: true },
    ],
  },
  change_members: {
    places: ['group'],
    fields: [
      { name: 'add', kind: 'ids' },
      { name: 'remove', kind: 'ids', isDestructive: true },
    ],
    showsAnswer: true,
  },
  join_group: { places: ['outsider'], fields: [userId], fixed: { status: 'active' } },
  leave_group: { places: ['member'], fields: [], isDestructive: true },
  set_notifications: {
    places: ['member'],
    fields: [{ name: 'level', kind: 'choice', choices: ['all', 'mentions', 'none'], isRequired: true }],
  },
  accept_member: { places: ['applicant'], fields: [reason] },
  reject_member: { places: ['applicant'], fields: [reason], isDestructive: true },
  mute_member: { places: ['member'], fields: [forMs] },
  unmute_member: { places: ['member'], fields: [] },
  promote_member: {
    places: ['member'],
    fields: [{ name: 'role', kind: 'choice', choices: ['admin', 'moderator'], isRequired: true }],
  },
  demote_member: { places: ['member'], fields: [] },
  kick_member: { places: ['member'], fields: [reason], isDestructive: true },
  ban_member: {
    places: ['member', 'applicant', 'outsider'],
    fields: [userId, forMs, reason],
    isDestructive: true,
  },
  unban_member: { places: ['ban'], fields: [reason] },
  invite_member: { places: ['outsider'], fields: [userId, forMs] },
  revoke_invite: { places: ['invite'], fields: [], isDestructive: true },
  create_invite_link: {
    places: ['group'],
    fields: [{ name: 'max_uses', kind: 'number' }, forMs],
    showsAnswer: true,
  },
  revoke_invite_link: { places: ['link'], fields: [], isDestructive: true },
  edit_message: {
    places: ['message'],
    fields: [{ name: 'message', kind: 'long text', isRequired: true }, author],
  },
  append_message: {
    places: ['message'],
    fields: [{ name: 'text', kind: 'long text' }, { name: 'done', kind: 'flag' }, author],
  },
  react: {
    places: ['message'],
    fields: [
      { name: 'actor_id', kind: 'text', isRequired: true },
      { name: 'reaction', kind: 'text', isRequired: true },
    ],
  },
  unreact: {
    places: ['message'],
    fields: [
      { name: 'actor_id', kind: 'text', isRequired: true },
      { name: 'reaction', kind: 'text', isRequired: true },
    ],
    isDestructive: true,
  },
  pin_message: { places: ['message'], fields: [] },
  unpin_message: { places: ['message'], fields: [] },
  delete_message: { places: ['message'], fields: [reason], isDestructive: true },
  disconnect_user: { places: ['user'], fields: [], isDestructive: true },
  revoke_user: { places: ['user'], fields: [], isDestructive: true },
  erase_user: {
    places: ['user'],
    fields: [{ name: 'erase', kind: 'choice', choices: ['messages'] }],
    isDestructive: true,
  },
};

const isActName = (name: string): name is ActName => Object.hasOwn(acts, name);

/** Those that take something away come last. */
export const actsFor = (place: ActPlace): readonly ActName[] => {
  const found = Object.keys(acts)
    .filter(isActName)
    .filter((name) => acts[name].places.includes(place));
  const isCareful = (name: ActName) => acts[name].isDestructive === true;
  return [...found.filter((name) => !isCareful(name)), ...found.filter(isCareful)];
};
