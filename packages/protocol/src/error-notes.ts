/** Why each code comes, and what a caller does then: the texts of the reference page about errors. Nothing loads them at run time. */
import type { ErrorCode } from './errors.ts';
import type { resyncReasonSchema } from './groups.ts';
import type { closingPushSchema } from './pushes.ts';

interface ErrorNote {
  /** What has happened: whole sentences. */
  readonly why: string;
  /** What to do: whole sentences. */
  readonly fix: string;
}

const retryLater = 'Nothing was done. Send the same request again under the same `request_id`.';

export const errorNotes: Readonly<Record<ErrorCode, ErrorNote>> = {
  group_not_found: {
    why: 'No group has this id: it was never created, it was deleted, or, with `PLENUM_CREATE_ON_JOIN=public`, its id may not be taken again yet.',
    fix: 'Check the id. Create the group with `create_group`, or join it with an id that exists.',
  },
  not_a_member: {
    why: 'The user is no member of the group: it has never joined, has left, was kicked, or its membership in an ephemeral group has ended.',
    fix: 'Call `join_group`, then send the request again. A client that gets this in a `resync` forgets its position in the group.',
  },
  pending_membership: {
    why: 'The user has asked to join and waits for acceptance. An applicant can neither send nor read.',
    fix: 'Wait for the push `membership` with the status `active`, then send the request again.',
  },
  muted: {
    why: 'The user is muted in this `strict_private` group. It still receives everything.',
    fix: 'With `details.muted_until` the mute ends by itself at that time, and `retry_after_ms` says when to try again. Without it, an admin or a moderator has to unmute the user.',
  },
  posting_restricted: {
    why: 'The setting `posting` lets only admins send (`admins`), or no member at all (`nobody`).',
    fix: 'Hide the input while `get_group_info.posting` says so. An admin changes it with `update_group`.',
  },
  slow_mode: {
    why: 'The group has `slow_mode_ms`, and the last message of this user is younger than that.',
    fix: 'Wait for `retry_after_ms`, then send the same request. Members with a role are free from it.',
  },
  banned: {
    why: 'The user is banned from the group.',
    fix: 'With `details.banned_until` the ban ends by itself at that time. Without it, an admin has to unban the user.',
  },
  not_admin: {
    why: 'Only an active admin of the group may do this.',
    fix: 'Let an admin do it, or promote the user. Your backend may do it as the service: an admin token without `actor_id`.',
  },
  not_moderator: {
    why: 'Only an active admin or moderator may do this to a plain member.',
    fix: 'Let one of them do it, or promote the user. A muted moderator has no rights by its role.',
  },
  not_author: {
    why: 'Only the author of a message may edit it or append to it, and only the author, an admin or the service may take it down.',
    fix: 'Act as the author. To remove a message of another user, call `delete_message` as an admin or as the service.',
  },
  not_strict_private: {
    why: 'Muting exists only in groups of the type `strict_private`.',
    fix: 'Kick or ban the user instead, or restrict `posting`. The type of a group never changes.',
  },
  already_exists: {
    why: 'A group with this id exists, or the id is still reserved after the end of such a group (`id_reserved_ms`).',
    fix: 'Take another id, or use the group: `join_group`. A retry of your own create needs its first `request_id`: then it gets the first answer.',
  },
  already_member: {
    why: 'The user is a member of the group already, or has asked to join it.',
    fix: 'Nothing is missing. Pass `ensure: true` to `join_group` to get the present status instead of this.',
  },
  user_not_in_group: {
    why: 'The user whom the change concerns is no member of the group.',
    fix: 'Check `user_id`. The user may have left a moment ago: read `list_members` again.',
  },
  user_not_pending: {
    why: 'The user does not wait for acceptance: another member has decided before, or the user has never asked.',
    fix: 'Read the status with `list_members`. If the user is active, nothing is left to do.',
  },
  cannot_mute: {
    why: 'The user is an applicant, is muted already, or has a role that the actor may not mute.',
    fix: 'Demote an admin before muting it. To change the end of a mute, pass `for_ms`.',
  },
  not_muted: {
    why: 'The user is not muted: the mute has ended by itself, or another moderator was faster.',
    fix: 'Nothing is left to do.',
  },
  cannot_promote: {
    why: 'The user is no active member, or has this role or a higher one already.',
    fix: 'Accept or unmute the user first. Demote an admin before making it a moderator.',
  },
  cannot_demote: {
    why: 'The user has no role that could be taken away.',
    fix: 'Nothing is left to do.',
  },
  not_banned: {
    why: 'The user is not banned: the ban has ended, or was never made.',
    fix: 'Nothing is left to do.',
  },
  last_admin: {
    why: 'The user is the last active admin of the group, and a group with members keeps one.',
    fix: 'Make another member admin first (`promote_member` or `transfer_group`), then repeat the request.',
  },
  group_full: {
    why: 'The group has as many members as `max_members` allows, or 1,000 applicants wait in it.',
    fix: 'Raise `max_members`, or wait until a member leaves. An applicant can be accepted when a place is free.',
  },
  invite_not_found: {
    why: 'There is no such invite: the code is wrong, the link was revoked or has ended, or the user was not invited. The answer is the same for all of them.',
    fix: 'Ask for a new invite.',
  },
  invite_used_up: {
    why: 'The invite link has no uses left (`max_uses`).',
    fix: 'Ask for a new link.',
  },
  request_expired: {
    why: 'The request of this user to join was not answered within `request_ttl_ms`, and has ended.',
    fix: 'The user asks again with `join_group`.',
  },
  too_many_invites: {
    why: 'A group has at most 1,000 open invites of users and 100 invite links.',
    fix: 'Revoke invites that are not needed: `list_invites`, `list_invite_links`.',
  },
  limit_reached: {
    why: 'A setting bounds what is kept or listed; `details.limit` is its value: groups and requests of one user, bans of a group, members whose read marks are listed.',
    fix: 'Remove what is not needed, or raise the setting. See [settings](settings.md).',
  },
  message_closed: {
    why: 'Nothing can be appended: the message was sent without `open`, its author has closed it, or it was idle for 60 s.',
    fix: 'Send another message. To change the text, call `edit_message`.',
  },
  edit_window_over: {
    why: 'The message is older than the `edit_window_ms` of the group allows.',
    fix: 'Send a correction as a new message, or raise `edit_window_ms`.',
  },
  too_many_reactions: {
    why: 'The message has 32 different reactions, or this user has put 10 of them.',
    fix: 'Put a reaction that the message has already, or take one back first.',
  },
  too_many_pins: {
    why: 'The group has 50 pinned messages.',
    fix: 'Unpin one first.',
  },
  message_not_found: {
    why: 'No such message can be changed or read by this user: the id is wrong, the message was taken down or has expired, it is older than the membership, or the log has lost it.',
    fix: 'Read `history` again and show what it has.',
  },
  dead_letter_not_found: {
    why: 'The dead letter was retried or deleted before, or gave way to newer ones.',
    fix: 'Read `GET /v1/dead-letters` again.',
  },
  rate_limited: {
    why: 'A token bucket is empty: of messages, of changes or of joins of this user. Or a client has more reads waiting than it may.',
    fix: 'Wait for `retry_after_ms`, then send the same request. The SDK does it by itself. The rates are [settings](settings.md).',
  },
  room_overloaded: {
    why: 'As many messages of this group wait for the archive as `PLENUM_ROOM_QUEUE_LIMIT` allows: the archive is away or too slow.',
    fix: `${retryLater} Operators look at the archive and at \`plenum_queue_messages\`.`,
  },
  message_too_large: {
    why: 'The message, or the whole request, has more UTF-8 bytes than `details.limit`.',
    fix: 'Shorten it. `PLENUM_MESSAGE_MAX_BYTES` sets the limit of a message; larger content belongs into a store of files, with its URL in the message. A frame above 64 KiB gets no answer: the server closes the connection. socket.io-client then emits `disconnect` with `transport close`, and `details.context.code` is 1009.',
  },
  invalid_content: {
    why: '`message` is missing, empty, no string, or has the character U+0000.',
    fix: 'Send a text of at least one byte.',
  },
  invalid_utf8: {
    why: 'A text has a lone surrogate, which UTF-8 cannot express: half of an emoji, mostly cut by `slice`.',
    fix: 'Cut texts at characters: `[...text].slice(0, n).join("")`, or `text.toWellFormed()`.',
  },
  invalid_args: {
    why: 'An argument is missing, has another type or bound, or is unknown. `details.field` names it.',
    fix: 'Compare the request with the [reference](requests.md). Unknown arguments are refused, so a slip in a name is found here.',
  },
  invalid_request: {
    why: 'The envelope is wrong: no object, an unknown field, a bad `request_id`; over HTTP no valid JSON or a wrong content type. Or two arguments exclude each other.',
    fix: 'Send `{ service?, request_type, request_id?, args?, traceparent? }`; over HTTP `content-type: application/json`.',
  },
  moderation_blocked: {
    why: 'Moderation refused the text. `details.reason` is what it gave as its reason.',
    fix: 'Show the reason. The same text is refused again.',
  },
  unauthorized: {
    why: 'The authorization adapter of your team refused the action. `details.reason` is what it gave.',
    fix: 'Look at the service behind `PLENUM_AUTH_URL`, or at the adapter in your configuration file.',
  },
  unsupported_request: {
    why: 'There is no request of this `service` and `request_type`, no such route, or no adapter that could answer it (a search without an archive).',
    fix: 'Check the spelling, the method and the version of the service.',
  },
  unauthenticated: {
    why: 'There is no token, or it is not valid: another secret or key signed it, it has no `sub`, or its algorithm is not allowed. Revoked tokens get this too.',
    fix: 'Get a new token from your backend and connect again. [Tokens from your backend](../guides/tokens.md) shows how to sign one.',
  },
  token_expired: {
    why: 'The token has ended: its `exp` is over, or it is older than `PLENUM_TOKEN_MAX_AGE`.',
    fix: 'Get a new token and connect with it, or send `refresh_token` when `token_expiring` comes.',
  },
  origin_denied: {
    why: 'The page comes from an origin that `PLENUM_CORS_ORIGINS` does not have.',
    fix: 'Add the exact origin, with scheme and port. A client without an `Origin`, such as a server, is never refused by it.',
  },
  forbidden: {
    why: 'This token may not do that: a user token on a route for the service, an admin token without the scope in `details.scope`, a user that acts for another one; in dev mode also a host name that is not this machine.',
    fix: 'Use the right token. `plenum admin-token` makes one with scopes.',
  },
  too_many_connections: {
    why: 'The user or the address has as many connections to this node as the settings allow.',
    fix: 'Close connections that are not needed: one per tab or device is enough. Behind a proxy set `PLENUM_TRUST_PROXY`, or all clients count as one address.',
  },
  node_busy: {
    why: 'More clients connect to this node at once than it admits, for example after the loss of another node. `retry_after_ms` is another time for each client.',
    fix: 'Connect again after `retry_after_ms`: the SDK does, and plain `socket.io-client` comes back after pauses of its own ([which refusals it reads](../concepts/resume.md#refused)). For operators: `PLENUM_CONNECT_RATE_PER_SEC`, or another node.',
  },
  conflict: {
    why: 'The same `request_id` was used with another payload within 10 minutes. With `details.field` `if_seq`: settings were changed since they were read.',
    fix: 'Make a new id for each new request, and keep it for retries only. After `if_seq`: read the group again.',
  },
  unavailable: {
    why: 'The service cannot do this now: Redis or an adapter is away, or reads have waited too long.',
    fix: retryLater,
  },
  timeout: {
    why: 'The answer of Redis did not come in time: the request was carried out, or it was not.',
    fix: 'Send the same request again under the same `request_id`: it is carried out once, and you get its first answer.',
  },
  draining: {
    why: 'The node is about to stop and takes nothing new.',
    fix: 'Connect again, as `socket.io-client` does by itself: the load balancer chooses another node. For REST, send the request again.',
  },
  internal: {
    why: 'A bug in Plenum. The log of the node names it.',
    fix: 'Report it with the log line. The text of the log has no message and no token.',
  },
};

export const closingNotes: Readonly<
  Record<(typeof closingPushSchema)['shape']['code']['options'][number], string>
> = {
  drain: 'The node stops; its clients move within the time that `drain` named. Connect again.',
  slow_consumer: 'The client has not read for too long. It may connect again and continue from its position.',
  token_expired: 'No `refresh_token` came after `token_expiring`. Connect with a new token.',
  revoked: "An operator has revoked the user's tokens. Another one is needed.",
  disconnected: "An operator has cut the user's sockets. They may connect again.",
};

export const resyncNotes: Readonly<Record<(typeof resyncReasonSchema)['options'][number], string>> = {
  too_old:
    'The log was trimmed beyond the position. Read `history`; an archive may have what the log has lost.',
  too_far: 'The position is more than 1,000 entries behind. Read `history` page by page.',
  epoch_changed:
    'Another log has begun: Redis lost a part of it, or the group was created again. Forget what is above the position.',
  ahead: 'The position is above the head: Redis lost the newest entries. Forget what is above `head_seq`.',
  membership: 'The user was no member in between, and does not get the entries of that time.',
  not_a_member: 'The user was removed, or the group was deleted. Nothing follows.',
};
