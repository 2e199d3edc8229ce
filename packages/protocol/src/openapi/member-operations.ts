/** Names and examples of the operations on members: `bob` is one, `cleo` applies, `dan` is banned, `eve` is muted,
 * `hal` is invited. */
import { epoch, keyed, type OperationRow, page, team, timestamp } from './operation-row.ts';

const until = '2026-03-01T12:10:00.000Z';
const code = 'dGVhbQ.Zq3v9Jm0cX1yT7bK5nR2wL8sD4fG6hAp';
const link_id = 'k2Jx0aQ7Yb9Lw4Tn6VcE1s';
const asAnn = { actor_id: 'ann' };
const memberOfTeam = (user_id: string) => ({ parameters: { ...team, user_id, ...keyed } });

export const memberOperations = {
  list_members: {
    operationId: 'list_members',
    tag: 'members',
    parameters: { ...team, status: 'active', user_id: 'ann', ...page },
    result: {
      members: [{ user_id: 'ann', roles: ['admin'], status: 'active', joined_at: timestamp, online: true }],
      next_cursor: null,
    },
  },
  change_members: {
    operationId: 'change_members',
    tag: 'members',
    description: [
      'Additions come before removals; each user is judged by itself, and a refused one stops no other.',
      'The log gets one entry `members_changed` per 100 users. After a failure that can be retried, the same',
      '`Idempotency-Key` continues where the first request ended',
    ].join(' '),
    parameters: { ...team, ...keyed },
    body: { add: [{ user_id: 'gus' }, { user_id: 'hal', status: 'muted' }], remove: ['fay', 'ida'] },
    result: {
      added: [
        { user_id: 'gus', status: 'active' },
        { user_id: 'hal', status: 'muted' },
      ],
      removed: [
        { user_id: 'fay', status: 'none' },
        { user_id: 'ida', code: 'user_not_in_group', error: 'User is not in this group' },
      ],
      epoch,
      seq: 43,
    },
  },
  join_group: {
    operationId: 'join_group',
    tag: 'members',
    description: 'In a group that is not public the user waits as `pending` until it is accepted',
    ...memberOfTeam('gus'),
    body: { ensure: true, note: 'I am new in the release team' },
    result: { status: 'pending', epoch, seq: 43 },
  },
  leave_group: {
    operationId: 'leave_group',
    tag: 'members',
    ...memberOfTeam('bob'),
    result: { status: 'left' },
  },
  accept_member: {
    operationId: 'accept_member',
    tag: 'members',
    ...memberOfTeam('cleo'),
    body: asAnn,
    result: { status: 'active', epoch, seq: 43 },
  },
  reject_member: {
    operationId: 'reject_member',
    tag: 'members',
    ...memberOfTeam('cleo'),
    body: { ...asAnn, reason: 'The group is for one team' },
    result: { status: 'rejected', epoch, seq: 43 },
  },
  mute_member: {
    operationId: 'mute_member',
    tag: 'members',
    ...memberOfTeam('bob'),
    body: { ...asAnn, for_ms: 600_000 },
    result: { status: 'muted', muted_until: until },
  },
  unmute_member: {
    operationId: 'unmute_member',
    tag: 'members',
    ...memberOfTeam('eve'),
    body: asAnn,
    result: { status: 'active' },
  },
  kick_member: {
    operationId: 'kick_member',
    tag: 'members',
    ...memberOfTeam('bob'),
    body: { ...asAnn, reason: 'Off topic' },
    result: { status: 'kicked' },
  },
  ban_member: {
    operationId: 'ban_member',
    tag: 'members',
    ...memberOfTeam('bob'),
    body: { ...asAnn, for_ms: 600_000, reason: 'Off topic' },
    result: { status: 'banned', banned_until: until },
  },
  unban_member: {
    operationId: 'unban_member',
    tag: 'members',
    ...memberOfTeam('dan'),
    body: asAnn,
    result: { status: 'unbanned' },
  },
  invite_member: {
    operationId: 'invite_member',
    tag: 'members',
    description: 'Its join makes the user active at once, if the inviter could still accept it then',
    ...memberOfTeam('gus'),
    body: { ...asAnn, for_ms: 600_000 },
    result: { status: 'invited', invited_until: until, epoch, seq: 43 },
  },
  decline_invite: {
    operationId: 'decline_invite',
    tag: 'members',
    ...memberOfTeam('hal'),
    result: { status: 'declined' },
  },
  revoke_invite: {
    operationId: 'revoke_invite',
    tag: 'members',
    ...memberOfTeam('hal'),
    body: asAnn,
    result: { status: 'revoked' },
  },
  create_invite_link: {
    operationId: 'create_invite_link',
    tag: 'members',
    description:
      'Who knows the code may join: at once if the creator of the link could still accept the user, else as an applicant',
    success: 'Made; no other answer has the code',
    parameters: { ...team, ...keyed },
    body: { ...asAnn, max_uses: 10, for_ms: 600_000 },
    result: { code, link_id, expires_at: until, max_uses: 10 },
  },
  list_invite_links: {
    operationId: 'list_invite_links',
    tag: 'members',
    parameters: { ...team, ...page },
    result: {
      links: [
        { link_id, created_by: 'ann', created_at: timestamp, expires_at: until, uses: 3, max_uses: 10 },
      ],
      next_cursor: null,
    },
  },
  revoke_invite_link: {
    operationId: 'revoke_invite_link',
    tag: 'members',
    parameters: { ...team, link_id, ...keyed },
    body: asAnn,
    result: { status: 'revoked' },
  },
  preview_invite: {
    operationId: 'preview_invite',
    tag: 'members',
    description: 'For users who are no members too. A code of no link is `invite_not_found`',
    parameters: keyed,
    body: { code },
    result: { ...team, group_type: 'private', metadata: { topic: 'releases' }, members_count: 12 },
  },
  promote_member: {
    operationId: 'promote_member',
    tag: 'members',
    ...memberOfTeam('bob'),
    body: { ...asAnn, role: 'moderator' },
    result: { roles: ['moderator'] },
  },
  demote_member: {
    operationId: 'demote_member',
    tag: 'members',
    ...memberOfTeam('fay'),
    body: asAnn,
    result: { roles: ['member'] },
  },
  list_bans: {
    operationId: 'list_bans',
    tag: 'members',
    parameters: { ...team, ...page },
    result: {
      bans: [{ user_id: 'dan', since: timestamp, banned_until: until, banned_by: 'ann', reason: 'spam' }],
      next_cursor: null,
    },
  },
  list_invites: {
    operationId: 'list_invites',
    tag: 'members',
    parameters: { ...team, ...page },
    result: { invites: [{ user_id: 'gus', invited_by: 'ann', invited_until: null }], next_cursor: null },
  },
  transfer_group: {
    operationId: 'transfer_group',
    tag: 'members',
    description: 'For an active admin; the service names it in `actor_id`',
    parameters: { ...team, ...keyed },
    body: { ...asAnn, user_id: 'bob' },
    result: { roles: ['member'], epoch, seq: 44 },
  },
  presence: {
    operationId: 'get_presence',
    tag: 'members',
    parameters: team,
    result: { online: ['ann', 'bob'], count: 2 },
  },
} as const satisfies Record<string, OperationRow>;
