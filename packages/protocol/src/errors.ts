/** The table of all error codes: HTTP status, text, and whether the same request may succeed later. */
import { z } from 'zod';
import { type AdminScope, adminScopeSchema } from './admin-scopes.ts';
import { requestIdSchema } from './ids.ts';

/**
 * The kind of failure that a code means. `rejected`: the request was understood and refused, nothing changed.
 * `unavailable`: nothing was done, the same request may succeed later. `lost`: the outcome is unknown, retry with the
 * same request_id. `bug`: a mistake in Plenum.
 */
type ErrorKind = 'rejected' | 'unavailable' | 'lost' | 'bug';

interface ErrorRow {
  readonly http: number;
  readonly text: string;
  readonly kind: ErrorKind;
  readonly retry: boolean;
}

const rejected = (http: number, text: string): ErrorRow => ({ http, text, kind: 'rejected', retry: false });
const later = (http: number, text: string): ErrorRow => ({ http, text, kind: 'unavailable', retry: true });

export const errors = {
  group_not_found: rejected(404, 'Group not found'),
  not_a_member: rejected(403, 'Not a member of this group'),
  pending_membership: rejected(403, 'Pending membership: wait for acceptance'),
  muted: rejected(403, 'You are muted and cannot send messages'),
  posting_restricted: rejected(403, 'This group takes no messages from you now'),
  slow_mode: later(429, 'Slow mode: wait before the next message'),
  banned: rejected(403, 'You are banned from this group'),
  not_admin: rejected(403, 'Only an admin can do this'),
  not_moderator: rejected(403, 'Only an admin or a moderator can do this'),
  not_author: rejected(403, 'Only the author of the message can do this'),
  not_strict_private: rejected(409, 'Muting exists only in strict_private groups'),
  already_exists: rejected(409, 'Group already exists'),
  already_member: rejected(409, 'Already a member of this group'),
  user_not_in_group: rejected(404, 'User is not in this group'),
  user_not_pending: rejected(409, 'User is not waiting for acceptance'),
  cannot_mute: rejected(409, 'User is pending, already muted or an admin and cannot be muted'),
  not_muted: rejected(409, 'User is not muted'),
  cannot_promote: rejected(409, 'User is not an active member or has such a role already'),
  cannot_demote: rejected(409, 'User is not an admin or a moderator'),
  not_banned: rejected(409, 'User is not banned'),
  last_admin: rejected(409, 'The last admin of a group cannot be removed'),
  group_full: rejected(409, 'Group is full'),
  invite_not_found: rejected(404, 'There is no such invite'),
  invite_used_up: rejected(410, 'This invite link has no uses left'),
  request_expired: rejected(410, 'The request of this user to join has expired'),
  too_many_invites: rejected(409, 'This group holds as many open invites as it may'),
  limit_reached: rejected(409, 'A limit on what is kept is reached'),
  message_closed: rejected(409, 'Nothing can be appended to this message: it is closed'),
  edit_window_over: rejected(409, 'The message can no longer be edited'),
  too_many_reactions: rejected(409, 'A message holds a bounded number of different reactions'),
  too_many_pins: rejected(409, 'A group holds a bounded number of pinned messages'),
  message_not_found: rejected(404, 'Message not found'),
  dead_letter_not_found: rejected(404, 'Dead letter not found'),
  rate_limited: later(429, 'Rate limit exceeded'),
  room_overloaded: later(503, 'Room queue is full'),
  message_too_large: rejected(413, 'Message is too large'),
  invalid_content: rejected(400, 'message must be a non-empty string'),
  invalid_utf8: rejected(400, 'Text holds a lone surrogate and is not valid UTF-8'),
  invalid_args: rejected(400, 'Invalid arguments'),
  invalid_request: rejected(400, 'Invalid request'),
  moderation_blocked: rejected(403, 'Message was blocked by moderation'),
  unauthorized: rejected(403, 'Not authorized'),
  unsupported_request: rejected(404, 'unsupported function'),
  unauthenticated: rejected(
    401,
    'A valid token is required: auth: { token } on a socket, Authorization: Bearer over HTTP',
  ),
  token_expired: rejected(401, 'The token has expired'),
  origin_denied: rejected(403, 'This origin may not connect'),
  forbidden: rejected(403, 'This token may not do that'),
  too_many_connections: later(429, 'Too many connections'),
  node_busy: later(429, 'This node takes no more connections at the moment'),
  conflict: rejected(409, 'Same request_id with a different payload'),
  unavailable: later(503, 'The service cannot do this right now'),
  timeout: {
    http: 503,
    text: 'The outcome is unknown: retry with the same request_id',
    kind: 'lost',
    retry: true,
  },
  draining: later(503, 'This node is shutting down'),
  internal: { http: 500, text: 'Internal error', kind: 'bug', retry: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;
export const errorCodes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]];

/**
 * Any text in the OpenAPI document: a generated client accepts codes that are added later, instead of failing while
 * it reads the failure.
 */
export const errorCodeSchema = z
  .custom<ErrorCode>((code) => errorCodes.some((known) => known === code), { error: 'not an error code' })
  .meta({
    id: 'ErrorCode',
    type: 'string',
    description: `Codes can be added. Known: ${errorCodes.join(', ')}`,
    examples: ['not_a_member'],
    'x-extensible-enum': errorCodes,
  });

/** Details that a failure adds to its code: the field, the limit, the reason, the end (ISO-8601 UTC). */
export interface FailureDetails {
  readonly field?: string;
  readonly limit?: number;
  readonly reason?: string;
  readonly muted_until?: string;
  readonly banned_until?: string;
  readonly status?: string;
  /** The scope that an admin token needs for this. */
  readonly scope?: AdminScope;
}

/** A failure inside the service; `error` defaults to the text in the table. */
export interface Failure {
  readonly code: ErrorCode;
  readonly error?: string;
  readonly retryAfterMs?: number;
  readonly details?: FailureDetails;
}

/** The failure on the wire, in an ack, a `response` push or an HTTP body. */
export interface FailureBody {
  readonly error: string;
  readonly code: ErrorCode;
  readonly can_retry: boolean;
  readonly retry_after_ms?: number;
  readonly details?: FailureDetails;
}

/** @returns the wire shape of a failure; `muted` can be retried only when the mute ends by itself. */
export function failureBody(failure: Failure): FailureBody {
  const row = errors[failure.code];
  return {
    error: failure.error ?? row.text,
    code: failure.code,
    can_retry: row.retry || failure.retryAfterMs !== undefined,
    ...(failure.retryAfterMs === undefined ? {} : { retry_after_ms: Math.max(1, failure.retryAfterMs) }),
    ...(failure.details === undefined ? {} : { details: failure.details }),
  };
}

/** Every failure of REST has this shape, malformed JSON and unknown routes too. */
export interface RestFailure extends FailureBody {
  readonly request_id: string;
}

export const restFailureSchema = z.object({
  error: z.string().meta({
    description: 'A sentence for developers; do not match on it',
    examples: ['Rate limit exceeded'],
  }),
  code: errorCodeSchema,
  can_retry: z.boolean().describe('true: the same request may succeed later'),
  retry_after_ms: z.int().min(1).exactOptional().describe('Milliseconds to wait before the next try'),
  details: z
    .object({
      field: z.string().exactOptional().describe('The argument that was refused'),
      limit: z.number().exactOptional().describe('The bound that it went over'),
      reason: z.string().exactOptional().describe('What an adapter gave as its reason'),
      muted_until: z.string().exactOptional().describe('When the mute ends by itself, in UTC'),
      banned_until: z.string().exactOptional().describe('When the ban ends by itself, in UTC'),
      status: z.string().exactOptional(),
      scope: adminScopeSchema.exactOptional().describe('Of the admin token that this needs'),
    })
    .exactOptional(),
  request_id: requestIdSchema,
}) satisfies z.ZodType<RestFailure>;
