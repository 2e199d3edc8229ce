/** Names and examples of the operations on groups, their log and users. */
import { epoch, keyed, message, type OperationRow, page, team, timestamp } from './operation-row.ts';

const until = '2026-03-01T12:10:00.000Z';
const asAnn = { actor_id: 'ann' };

export const groupOperations = {
  create_group: {
    operationId: 'create_group',
    tag: 'groups',
    success: 'Created; the creator is its first member and admin',
    parameters: keyed,
    body: { group_id: 'lunch', group_type: 'private', creator_id: 'ann', max_members: 500 },
    result: { group_id: 'lunch', group_type: 'private', epoch, seq: 1 },
  },
  get_group_info: {
    operationId: 'get_group',
    tag: 'groups',
    parameters: { ...team, include_members: true },
    result: {
      ...team,
      group_type: 'strict_private',
      epoch,
      seq: 42,
      counts: { active: 3, pending: 1, muted: 1, admins: 1 },
      created_at: timestamp,
      metadata: { topic: 'releases' },
      members: { ann: { roles: ['admin'], status: 'active', joined_at: timestamp } },
    },
  },
  find_groups: {
    operationId: 'find_groups',
    tag: 'groups',
    parameters: { prefix: 'team', ...page },
    result: { groups: [team], next_cursor: null },
  },
  update_group: {
    operationId: 'update_group',
    tag: 'groups',
    description: 'At least one setting is required',
    minBodyFields: 1,
    parameters: { ...team, ...keyed },
    body: { ...asAnn, max_members: 500, metadata: { topic: 'releases' }, posting: 'admins' },
    result: { epoch, seq: 43 },
  },
  delete_group: {
    operationId: 'delete_group',
    tag: 'groups',
    parameters: { ...team, ...keyed },
    body: asAnn,
    result: { status: 'deleted' },
  },
  explain: {
    operationId: 'explain_action',
    tag: 'groups',
    parameters: { ...team, user_id: 'eve', action: 'send' },
    result: {
      allowed: false,
      code: 'muted',
      until,
      checks: [
        { check: 'group_not_found', ok: true },
        { check: 'muted', ok: false },
      ],
    },
  },
} as const satisfies Record<string, OperationRow>;

export const messageOperations = {
  relay_msg: {
    operationId: 'send_message',
    tag: 'messages',
    description:
      'The sender has to be an active member. `reply_to` names a message in the log that the sender may read; receivers get `reply` with its sender and seq. A message with `expires_in_ms` is taken down after that time. One with `ephemeral` is kept nowhere, and its answer has no `message_id`, `epoch` and `seq`',
    success: 'In the log, unless it is ephemeral, and on its way to the members',
    parameters: { ...team, ...keyed },
    body: { from_user_id: 'ann', message: 'Lunch at noon?', metadata: { format: 'markdown' } },
    result: {
      status: 'relayed',
      recipients_count: 4,
      message_id: '1hq2x0-42',
      epoch,
      seq: 42,
      timestamp,
    },
  },
  import_messages: {
    operationId: 'import_messages',
    tag: 'messages',
    description:
      'The messages are not pushed, are not unread, and go to the archive, but not to the notifier. A call may be repeated: what the group has of the import is not added again',
    parameters: team,
    body: {
      import_id: 'from-slack-1',
      position: 0,
      messages: [{ from_user_id: 'ann', message: 'Hello', timestamp }],
    },
    result: { imported: 1, epoch, seq: 43 },
  },
  search_messages: {
    operationId: 'search_messages',
    tag: 'messages',
    description:
      'Needs an archive that can be searched, else `unsupported_request`. A message is found when the archive has got it, some moments after it was sent',
    parameters: { ...team, query: 'lunch', ...page },
    result: { entries: [message], next_before: null },
  },
  history: {
    operationId: 'list_messages',
    tag: 'messages',
    description: 'Messages and group events in one order. `after` and `before` exclude each other',
    parameters: { ...team, after: 0, ...page },
    result: { entries: [message], epoch, head_seq: 42, oldest_seq: 1 },
  },
} as const satisfies Record<string, OperationRow>;

export const userOperations = {
  list_groups: {
    operationId: 'list_user_groups',
    tag: 'users',
    description:
      'With `order` `activity` a group that gets a message moves before the cursor: no group is listed twice, and those that moved are new in the first page',
    parameters: { user_id: 'bob', ...page },
    result: {
      groups: [
        {
          ...team,
          group_type: 'strict_private',
          status: 'active',
          roles: ['member'],
          head_seq: 42,
          read_seq: 40,
          unread: 2,
          unread_mentions: 1,
        },
      ],
      next_cursor: null,
    },
  },
  set_notifications: {
    operationId: 'set_notifications',
    tag: 'users',
    description: [
      'The own setting of a member, which no other member sees. The notifier honours it when it delivers a message: `mentions`',
      'means messages that mention the member, `none` means no message',
    ].join(' '),
    parameters: { ...team, user_id: 'bob', ...keyed },
    body: { level: 'mentions', until_ms: Date.parse(timestamp) },
    result: { level: 'mentions', until: timestamp },
  },
  list_read_marks: {
    operationId: 'list_read_marks',
    tag: 'users',
    description:
      'For members, in groups of at most 100 members, else `limit_reached`. `forbidden` if the service has turned it off',
    parameters: { ...team, ...page },
    result: { marks: [{ user_id: 'bob', read_seq: 40 }], epoch, head_seq: 42, next_cursor: null },
  },
  disconnect_user: {
    operationId: 'disconnect_user',
    tag: 'users',
    parameters: { user_id: 'bob', ...keyed },
    result: { status: 'disconnected' },
  },
  erase_user: {
    operationId: 'erase_user',
    tag: 'users',
    description: [
      'The user leaves its groups, at most 100 a second, with an entry `left` in each; its read marks end with its',
      'memberships, and its invites end. Bans stay. A node that ends in the middle is replaced by another one. The tokens of the user stay',
      'valid: revoke them first. With `erase=messages` its messages are taken down before, at most 500 a second in the logs of all',
      'groups and 1,000 a second in the archive: tombstones stay',
    ].join(' '),
    success: 'The erasure has begun, or continues',
    parameters: { user_id: 'zoe', erase: 'messages', ...keyed },
    result: {
      user_id: 'zoe',
      status: 'running',
      groups_left: 0,
      messages_done: 0,
      archive: 'pending',
      started_at: timestamp,
    },
  },
  get_erasure: {
    operationId: 'get_erasure',
    tag: 'users',
    parameters: { user_id: 'zoe' },
    result: {
      user_id: 'zoe',
      status: 'done',
      groups_left: 12,
      messages_done: 3040,
      archive: 'done',
      started_at: timestamp,
      finished_at: timestamp,
    },
  },
  revoke_user: {
    operationId: 'revoke_user',
    tag: 'users',
    parameters: { user_id: 'bob', ...keyed },
    result: { status: 'revoked', revoked_at: timestamp },
  },
} as const satisfies Record<string, OperationRow>;
