/**
 * The REST routes that are requests, as data: the gateway serves this table, and the OpenAPI document is generated
 * from it.
 */
import { z } from 'zod';
import type { AdminScope } from './admin-scopes.ts';
import { deadLetterIdSchema } from './dead-letters.ts';
import { groupIdSchema, linkIdSchema, messageIdSchema, userIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { fromText } from './query-text.ts';
import { reactionSchema } from './reactions.ts';
import { type RequestRow, type RequestTable, type RequestType, requestTable } from './requests.ts';

/**
 * Where the actor comes from. `token`: the bearer's own user. `actor_id`: the body may name a user for whom the
 * service acts. `creator_id`, `from_user_id`: the body must name the user. `user_id`: the path names it.
 */
export type ActorSource = 'token' | 'actor_id' | 'creator_id' | 'from_user_id' | 'user_id';

/** The fields of every REST route. */
export interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters as `:name`; `::` is a colon. */
  readonly path: string;
  readonly summary: string;
  readonly successStatus: number;
  /** Null: the route takes no body. */
  readonly body: z.ZodObject | null;
  /** Absent: `limits.frameMaxBytes`. */
  readonly bodyMaxBytes?: number;
  readonly result: z.ZodType;
}
/** A REST route for a request of the request table. Its arguments come from path, query and body together. */
export interface RequestRoute extends RouteBase {
  readonly request: Exclude<RequestType, 'send_message' | 'refresh_token'>;
  readonly actor: ActorSource;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** The scope that an admin token needs. */
  readonly scope: AdminScope;
  /** True if no user may make the request. */
  readonly isForServiceOnly: boolean;
}
type Row = Pick<RequestRoute, 'method' | 'path' | 'summary' | 'request' | 'actor' | 'bodyMaxBytes'> & {
  readonly successStatus?: number;
  /** Arguments in the query. */
  readonly query?: readonly string[];
  /** Body fields that only REST knows. */
  readonly extra?: z.ZodRawShape;
};

const group = '/v1/groups/:group_id';
const member = `${group}/members/:user_id`;
const message = `${group}/messages/:message_id`;
const act = (verb: string, summary: string, request: Row['request']): Row => ({
  method: 'POST',
  path: `${member}/${verb}`,
  summary,
  request,
  actor: 'actor_id',
});

const reads = (
  path: string,
  summary: string,
  request: Row['request'],
  query: readonly string[] = [],
): Row => ({
  method: 'GET',
  path,
  summary,
  request,
  actor: 'token',
  query,
});

const rows: readonly Row[] = [
  {
    method: 'POST',
    path: '/v1/groups',
    summary: 'Create a group',
    request: 'create_group',
    actor: 'creator_id',
    successStatus: 201,
  },
  reads(group, 'Read a group: settings, counts and, on request, members', 'get_group_info', [
    'include_members',
  ]),
  reads(
    '/v1/groups',
    'Page through the groups whose id begins with a prefix; for the service only',
    'find_groups',
    ['prefix', 'cursor', 'limit'],
  ),
  {
    method: 'PATCH',
    path: group,
    summary: 'Change settings of a group; null takes one away',
    request: 'update_group',
    actor: 'actor_id',
  },
  { method: 'DELETE', path: group, summary: 'Delete a group', request: 'delete_group', actor: 'actor_id' },
  reads(`${group}/explain`, 'Why an action would be refused to a user, and until when', 'explain', [
    'user_id',
    'action',
  ]),
  {
    method: 'GET',
    path: '/v1/users/:user_id/groups',
    summary: 'Page through the groups of a user',
    request: 'list_groups',
    actor: 'user_id',
    query: ['cursor', 'limit', 'order'],
  },
  reads(`${group}/members`, 'Page through the members of a group', 'list_members', [
    'cursor',
    'limit',
    'status',
    'user_id',
  ]),
  reads(`${group}/bans`, 'Page through the bans of a group', 'list_bans', ['cursor', 'limit']),
  reads(`${group}/invites`, 'Page through the open invites of a group', 'list_invites', ['cursor', 'limit']),
  {
    method: 'POST',
    path: `${group}/members::batch`,
    summary: 'Add and remove up to 1,000 users each, with an answer per user; for the service only',
    request: 'change_members',
    actor: 'token',
    bodyMaxBytes: limits.membersBodyMaxBytes,
  },
  {
    method: 'PUT',
    path: member,
    summary: 'Join a group; with `status` `active` the service admits the user directly',
    request: 'join_group',
    actor: 'user_id',
    extra: { status: z.literal('active').optional() },
  },
  {
    method: 'DELETE',
    path: member,
    summary: 'Leave a group',
    request: 'leave_group',
    actor: 'user_id',
  },
  {
    method: 'PUT',
    path: `${member}/notifications`,
    summary: 'Set of which messages of a group a member is notified, for a time or until it is changed',
    request: 'set_notifications',
    actor: 'user_id',
  },
  reads(
    `${group}/read_marks`,
    'Page through how far the members of a small group have read',
    'list_read_marks',
    ['cursor', 'limit'],
  ),
  act('accept', 'Accept an applicant', 'accept_member'),
  act('reject', 'Reject an applicant', 'reject_member'),
  act('mute', 'Mute a member, for a time or until it is unmuted', 'mute_member'),
  act('unmute', 'Let a muted member send again', 'unmute_member'),
  act('kick', 'Remove a member', 'kick_member'),
  act('ban', 'Remove a user and refuse its joins, for a time or until it is unbanned', 'ban_member'),
  act('unban', 'Let a banned user join again', 'unban_member'),
  act('invite', 'Invite a user, for a time or until the invite is revoked', 'invite_member'),
  act('revoke_invite', 'Take an invite back', 'revoke_invite'),
  {
    method: 'POST',
    path: `${member}/decline_invite`,
    summary: 'Decline an invite',
    request: 'decline_invite',
    actor: 'user_id',
  },
  {
    method: 'POST',
    path: `${group}/invite_links`,
    summary: 'Make an invite link; only this answer has its code',
    request: 'create_invite_link',
    actor: 'actor_id',
    successStatus: 201,
  },
  {
    method: 'GET',
    path: `${group}/invite_links`,
    summary: 'Page through the invite links of a group, without their codes; the oldest first',
    request: 'list_invite_links',
    actor: 'token',
    query: ['cursor', 'limit'],
  },
  {
    method: 'DELETE',
    path: `${group}/invite_links/:link_id`,
    summary: 'Revoke an invite link',
    request: 'revoke_invite_link',
    actor: 'actor_id',
  },
  {
    method: 'POST',
    path: '/v1/invites/preview',
    summary: 'What the code of an invite link leads to; the code is in the body, so no log of URLs has it',
    request: 'preview_invite',
    actor: 'token',
  },
  act('promote', 'Make a member an admin or a moderator', 'promote_member'),
  act('demote', 'Make an admin or a moderator a plain member', 'demote_member'),
  {
    method: 'POST',
    path: `${group}/transfer`,
    summary: 'Make a member an admin, and the acting admin a plain member, in one step',
    request: 'transfer_group',
    actor: 'actor_id',
  },
  {
    method: 'POST',
    path: `${group}/messages`,
    summary: 'Send a message to a group',
    request: 'relay_msg',
    actor: 'from_user_id',
  },
  {
    method: 'POST',
    path: `${group}/messages/import`,
    summary: 'Take messages of another system into a group, with their own times; for the service only',
    request: 'import_messages',
    actor: 'token',
  },
  reads(`${group}/messages`, 'Page through the log of a group, ascending; bounds are exclusive', 'history', [
    'after',
    'before',
    'limit',
  ]),
  reads(
    `${group}/search`,
    'Find messages of a group by their words, in the archive; the newest first',
    'search_messages',
    ['query', 'before', 'limit'],
  ),
  reads(message, 'Read a message in its present state, or its tombstone', 'get_message'),
  {
    method: 'PATCH',
    path: message,
    summary: 'Edit a message; only its author may',
    request: 'edit_message',
    actor: 'actor_id',
  },
  {
    method: 'POST',
    path: `${message}/append`,
    summary: 'Append to an open message; only its author may',
    request: 'append_message',
    actor: 'actor_id',
  },
  {
    method: 'DELETE',
    path: message,
    summary: 'Take a message down: its text is gone for all readers, and a tombstone stays',
    request: 'delete_message',
    actor: 'actor_id',
  },
  reads(`${message}/reactions`, 'Page through who reacted to a message', 'list_reactions', [
    'reaction',
    'cursor',
    'limit',
  ]),
  {
    method: 'PUT',
    path: `${message}/reactions/:reaction`,
    summary: 'Put a reaction on a message',
    request: 'react',
    actor: 'actor_id',
  },
  {
    method: 'DELETE',
    path: `${message}/reactions/:reaction`,
    summary: 'Take a reaction back',
    request: 'unreact',
    actor: 'actor_id',
  },
  {
    method: 'PUT',
    path: `${message}/pin`,
    summary: 'Pin a message; the info of the group lists it',
    request: 'pin_message',
    actor: 'actor_id',
  },
  {
    method: 'DELETE',
    path: `${message}/pin`,
    summary: 'Unpin a message',
    request: 'unpin_message',
    actor: 'actor_id',
  },
  reads(`${group}/presence`, 'Who is online in a group', 'presence'),
  {
    method: 'POST',
    path: '/v1/users/:user_id/disconnect',
    summary: 'Cut the sockets of a user on every node; they may come back; for the service only',
    request: 'disconnect_user',
    actor: 'token',
  },
  {
    method: 'POST',
    path: '/v1/users/:user_id/revoke',
    summary: 'Invalidate every token that the user has now and cut its sockets; for the service only',
    request: 'revoke_user',
    actor: 'token',
  },
  {
    method: 'DELETE',
    path: '/v1/users/:user_id',
    summary:
      'Take a user out of all its groups, and its messages down, in the background; for the service only',
    request: 'erase_user',
    query: ['erase'],
    actor: 'token',
    successStatus: 202,
  },
  reads(
    '/v1/users/:user_id/erasure',
    'How far the erasure of a user is; for the service only',
    'get_erasure',
  ),
  reads(
    '/v1/dead-letters',
    'Page through failed deliveries, the oldest first; for the service only',
    'list_dead_letters',
    ['cursor', 'limit'],
  ),
  {
    method: 'POST',
    path: '/v1/dead-letters/:dead_letter_id/retry',
    summary: 'Try a failed delivery again, with all attempts; for the service only',
    request: 'retry_dead_letter',
    actor: 'token',
  },
  {
    method: 'DELETE',
    path: '/v1/dead-letters/:dead_letter_id',
    summary: 'Delete a failed delivery for good; for the service only',
    request: 'delete_dead_letter',
    actor: 'token',
  },
];

/** The path of a route as a URL has it, with its parameters still as `:name`. */
export const urlPath = (path: string): string => path.replaceAll('::', ':');

const actorFields: Readonly<Record<ActorSource, z.ZodRawShape>> = {
  token: {},
  user_id: {},
  actor_id: { actor_id: userIdSchema.optional() },
  creator_id: { creator_id: userIdSchema },
  from_user_id: { from_user_id: userIdSchema },
};

const pathIds: z.ZodRawShape = {
  group_id: groupIdSchema,
  user_id: userIdSchema,
  link_id: linkIdSchema,
  message_id: messageIdSchema,
  reaction: reactionSchema,
  dead_letter_id: deadLetterIdSchema,
};

const pick = (shape: z.ZodRawShape, wanted: (name: string) => boolean): z.ZodRawShape =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => wanted(name)));

function requestRoute(table: RequestTable, { successStatus = 200, query = [], extra = {}, ...row }: Row) {
  const { args, result, ...about } = table[row.request];
  const {
    access,
    callers,
    scope = access === 'read' ? 'read' : 'groups',
  }: Omit<RequestRow, 'args' | 'result'> = about;
  const inPath = (name: string) => row.path.split('/').includes(`:${name}`);
  const inQuery = pick(args.shape, (name) => query.includes(name));
  const inBody = {
    ...actorFields[row.actor],
    ...pick(args.shape, (name) => !inPath(name) && !query.includes(name)),
    ...extra,
  };
  const hasBody = row.method !== 'GET' && Object.keys(inBody).length > 0;
  return {
    ...row,
    successStatus,
    params: z.strictObject(pick(pathIds, inPath)),
    query: z.strictObject(
      Object.fromEntries(Object.entries(inQuery).map(([name, schema]) => [name, fromText(schema)])),
    ),
    body: hasBody ? z.strictObject(inBody) : null,
    result,
    scope,
    isForServiceOnly: callers === 'service',
  };
}

/** @param messageMaxBytes `PLENUM_MESSAGE_MAX_BYTES`, UTF-8 bytes of `message`. */
export const requestRoutes = (messageMaxBytes: number = limits.messageMaxBytes): readonly RequestRoute[] =>
  rows.map(requestRoute.bind(null, requestTable(messageMaxBytes)));
