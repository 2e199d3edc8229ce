/**
 * The rule table: for each operation and group type, the checks in order, each with the code of its refusal. The
 * first failed check decides the code. The memory engine executes the table, the documentation and the exhaustive
 * test read it; the Lua scripts are written by hand, and a test compares them with every cell.
 */
import type { ErrorCode, GroupType } from '@plenum/protocol';
import type { Operation } from './commands.ts';

/** A condition that must be true; `rule-conditions.ts` evaluates each. */
export type CheckName =
  | 'group absent'
  | 'group exists'
  | 'group is unchanged'
  | 'group is strict_private'
  | 'actor is in the group'
  | 'actor is active'
  | 'actor is an active admin'
  | 'actor is an active admin or moderator'
  | 'user is not banned'
  | 'user is no member'
  | 'user may ask again'
  | 'user is in the group'
  | 'target is in the group'
  | 'target is pending'
  | 'request has not expired'
  | 'target may be muted'
  | 'target may get the role'
  | 'target is below the actor'
  | 'target is muted'
  | 'target is not the last admin'
  | 'sender is in the group'
  | 'sender is not pending'
  | 'sender is not muted'
  | 'sender may post'
  | 'sender is not slowed down'
  | 'reader is in the group'
  | 'reader is not pending'
  | 'user is invited'
  | 'target is no member'
  | 'target is not banned'
  | 'target is invited'
  | 'target is banned'
  | 'link is in force'
  | 'link has uses left'
  | 'target has a role'
  | 'place is free'
  | 'place for an applicant is free'
  | 'actor is not banned'
  | 'actor is not pending'
  | 'message is readable'
  | 'message is kept'
  | 'message is by the actor'
  | 'message is by the actor, or the actor is an active admin or moderator'
  | 'message is in the edit window'
  | 'message is open';

export interface Check {
  readonly name: CheckName;
  readonly code: ErrorCode;
  /** The service skips checks of the actor, and no others. */
  readonly ofActor: boolean;
}

const check = (name: CheckName, code: ErrorCode): Check => ({
  name,
  code,
  ofActor: name.startsWith('actor '),
});

const exists = check('group exists', 'group_not_found');
const notBanned = check('user is not banned', 'banned');
const actorInGroup = check('actor is in the group', 'user_not_in_group');
const actorActive = check('actor is active', 'not_admin');
const actorAdmin = check('actor is an active admin', 'not_admin');
/** In a group without moderators its code is `not_admin`. */
const actorModerator = check('actor is an active admin or moderator', 'not_moderator');
/** A moderator acts on plain members only. */
const belowActor = check('target is below the actor', 'not_admin');
const targetInGroup = check('target is in the group', 'user_not_in_group');
const targetPending = check('target is pending', 'user_not_pending');
const placeFree = check('place is free', 'group_full');
const notLastAdmin = check('target is not the last admin', 'last_admin');
const strict = check('group is strict_private', 'not_strict_private');

type ByType = Readonly<Record<GroupType, readonly Check[]>>;
const everyType = (...checks: Check[]): ByType => ({
  public: checks,
  private: checks,
  strict_private: checks,
});

const joinPublic = [exists, notBanned, check('user is no member', 'already_member'), placeFree];
const joinPrivate = [
  exists,
  notBanned,
  check('user may ask again', 'already_member'),
  check('place for an applicant is free', 'group_full'),
];
const answerable = [check('request has not expired', 'request_expired'), targetInGroup, targetPending];
const acceptByMember = [exists, actorInGroup, actorActive, ...answerable];
const acceptByModerator = [exists, actorInGroup, actorModerator, ...answerable];

const inviteByMember = [
  exists,
  actorInGroup,
  actorActive,
  check('target is not banned', 'banned'),
  check('target is no member', 'already_member'),
];
const targetInvited = check('target is invited', 'invite_not_found');
const revokeByMember = [exists, actorInGroup, actorActive, targetInvited];
/** The answer to a wrong code shows nothing of the group, not even that it exists. */
const linkInForce = [
  check('group exists', 'invite_not_found'),
  check('link is in force', 'invite_not_found'),
  notBanned,
  check('user is no member', 'already_member'),
  check('link has uses left', 'invite_used_up'),
];
const linkByMember = [exists, actorInGroup, actorActive];
const linkByModerator = [exists, actorInGroup, actorModerator];
const kept = check('link is in force', 'invite_not_found');
const maySend = [
  exists,
  notBanned,
  check('sender is in the group', 'not_a_member'),
  check('sender is not pending', 'pending_membership'),
  check('sender is not muted', 'muted'),
  check('sender may post', 'posting_restricted'),
];
const messageReadable = check('message is readable', 'message_not_found');

/**
 * Rows of the table: the state changes (`join_by_link` is a join), invite links, sending, reading (subscribe, history, presence, members, messages; lists of bans and invites), what the
 * service does to each user of a `change_members`, and changes of messages. `react` is for `unreact` too, and `pin` for
 * `unpin`.
 */
export type RuleName =
  | Operation
  | 'join_by_link'
  | 'list_links'
  | 'send'
  | 'read'
  | 'list_bans'
  | 'list_invites'
  | 'add'
  | 'remove'
  | 'edit'
  | 'append'
  | 'take_down'
  | 'react'
  | 'pin';

export const rules: Readonly<Record<RuleName, ByType>> = {
  create: everyType(check('group absent', 'already_exists')),
  join: { public: joinPublic, private: joinPrivate, strict_private: joinPrivate },
  leave: everyType(exists, check('user is in the group', 'user_not_in_group')),
  accept: {
    public: [...acceptByMember, placeFree],
    private: [...acceptByMember, placeFree],
    strict_private: [...acceptByModerator, placeFree],
  },
  reject: { public: acceptByMember, private: acceptByMember, strict_private: acceptByModerator },
  mute: everyType(
    exists,
    strict,
    actorModerator,
    targetInGroup,
    check('target may be muted', 'cannot_mute'),
    belowActor,
  ),
  unmute: everyType(
    exists,
    strict,
    actorModerator,
    targetInGroup,
    check('target is muted', 'not_muted'),
    belowActor,
  ),
  kick: everyType(exists, actorModerator, targetInGroup, belowActor, notLastAdmin),
  ban: everyType(exists, actorAdmin, notLastAdmin),
  unban: everyType(exists, actorAdmin, check('target is banned', 'not_banned')),
  invite: {
    public: inviteByMember,
    private: inviteByMember,
    strict_private: inviteByMember.toSpliced(2, 1, actorModerator),
  },
  decline_invite: everyType(exists, check('user is invited', 'invite_not_found')),
  revoke_invite: {
    public: revokeByMember,
    private: revokeByMember,
    strict_private: revokeByMember.toSpliced(2, 1, actorModerator),
  },
  join_by_link: {
    public: [...linkInForce, placeFree],
    private: [...linkInForce, check('place for an applicant is free', 'group_full')],
    strict_private: [...linkInForce, check('place for an applicant is free', 'group_full')],
  },
  create_link: { public: linkByMember, private: linkByMember, strict_private: linkByModerator },
  list_links: { public: linkByMember, private: linkByMember, strict_private: linkByModerator },
  revoke_link: {
    public: [...linkByMember, kept],
    private: [...linkByMember, kept],
    strict_private: [...linkByModerator, kept],
  },
  promote: everyType(exists, actorAdmin, targetInGroup, check('target may get the role', 'cannot_promote')),
  transfer: everyType(exists, actorAdmin, targetInGroup, check('target may get the role', 'cannot_promote')),
  demote: everyType(
    exists,
    actorAdmin,
    targetInGroup,
    check('target has a role', 'cannot_demote'),
    notLastAdmin,
  ),
  update: everyType(exists, actorAdmin, check('group is unchanged', 'conflict')),
  delete: everyType(exists, actorAdmin),
  send: everyType(...maySend, check('sender is not slowed down', 'slow_mode')),
  read: everyType(
    exists,
    check('user is not banned', 'banned'),
    check('reader is in the group', 'not_a_member'),
    check('reader is not pending', 'pending_membership'),
  ),
  list_bans: everyType(exists, actorAdmin),
  list_invites: {
    public: [exists, actorInGroup, actorActive],
    private: [exists, actorInGroup, actorActive],
    strict_private: [exists, actorInGroup, actorModerator],
  },
  add: everyType(...joinPublic),
  remove: everyType(exists, check('user is in the group', 'user_not_in_group'), notLastAdmin),
  edit: everyType(
    ...maySend,
    messageReadable,
    check('message is by the actor', 'not_author'),
    check('message is in the edit window', 'edit_window_over'),
  ),
  append: everyType(
    ...maySend,
    messageReadable,
    check('message is by the actor', 'not_author'),
    check('message is open', 'message_closed'),
  ),
  take_down: everyType(
    exists,
    check('actor is not banned', 'banned'),
    check('actor is in the group', 'not_a_member'),
    check('actor is not pending', 'pending_membership'),
    check('message is kept', 'message_not_found'),
    check('message is by the actor, or the actor is an active admin or moderator', 'not_author'),
  ),
  react: everyType(...maySend, messageReadable),
  pin: everyType(exists, actorModerator, messageReadable),
};
