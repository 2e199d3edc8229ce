/** Every REST route as data: the gateway serves this table, and the OpenAPI document is generated from it. */
import { z } from 'zod';
import { deadLetterIdSchema } from './dead-letters.ts';
import { type ErrorCode, errorCodes, type FailureBody } from './errors.ts';
import { groupIdSchema, requestIdSchema, userIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { type RequestType, requestTable } from './requests.ts';

/**
 * Whose request it is. `token`: the bearer's own. `actor_id`: the body may name a user for whom the service acts.
 * `creator_id`, `from_user_id`: the body must name him. `user_id`: the path does.
 */
export type ActorSource = 'token' | 'actor_id' | 'creator_id' | 'from_user_id' | 'user_id';

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly successStatus: number;
  /** Null: the route takes no body. */
  readonly body: z.ZodObject | null;
  readonly result: z.ZodType;
}
/** A route that is one of the requests of the request table. Its arguments are path, query and body together. */
export interface RequestRoute extends RouteBase {
  readonly request: Exclude<RequestType, 'send_message' | 'refresh_token'>;
  readonly actor: ActorSource;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
}
/** A route of the node itself. */
export interface NodeRoute extends RouteBase {
  readonly name: 'health' | 'readiness' | 'openapi' | 'docs' | 'metrics' | 'dev_token';
  /** Absent: no bearer. */
  readonly needs?: 'admin token';
  /** Default: JSON. */
  readonly contentType?: string;
}

type Row = Pick<RequestRoute, 'method' | 'path' | 'summary' | 'request' | 'actor'> & {
  readonly successStatus?: number;
  /** Arguments that stand in the query. */
  readonly query?: readonly string[];
  /** Body fields that only REST knows. */
  readonly extra?: z.ZodRawShape;
};

const group = '/v1/groups/:group_id';
const member = `${group}/members/:user_id`;
const act = (verb: string, summary: string, request: Row['request']): Row => ({
  method: 'POST',
  path: `${member}/${verb}`,
  summary,
  request,
  actor: 'actor_id',
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
  {
    method: 'GET',
    path: group,
    summary: 'What the bearer may know of a group',
    request: 'get_group_info',
    actor: 'token',
    query: ['include_members'],
  },
  {
    method: 'GET',
    path: '/v1/groups',
    summary: 'Every group whose id begins with a prefix; for the service only',
    request: 'find_groups',
    actor: 'token',
    query: ['prefix', 'cursor', 'limit'],
  },
  {
    method: 'PATCH',
    path: group,
    summary: 'Change settings; null takes one away',
    request: 'update_group',
    actor: 'actor_id',
  },
  { method: 'DELETE', path: group, summary: 'Delete a group', request: 'delete_group', actor: 'actor_id' },
  {
    method: 'GET',
    path: `${group}/explain`,
    summary: 'Why an action would be refused to a user, and until when',
    request: 'explain',
    actor: 'token',
    query: ['user_id', 'action'],
  },
  {
    method: 'GET',
    path: '/v1/users/:user_id/groups',
    summary: 'The groups of a user',
    request: 'list_groups',
    actor: 'user_id',
    query: ['cursor', 'limit'],
  },
  {
    method: 'GET',
    path: `${group}/members`,
    summary: 'Page through the members',
    request: 'list_members',
    actor: 'token',
    query: ['cursor', 'limit', 'status'],
  },
  {
    method: 'PUT',
    path: member,
    summary: "The user's own join; with status `active` the service admits the user directly",
    request: 'join_group',
    actor: 'user_id',
    extra: { status: z.literal('active').optional() },
  },
  {
    method: 'DELETE',
    path: member,
    summary: "The user's own leave",
    request: 'leave_group',
    actor: 'user_id',
  },
  act('accept', 'Accept an applicant', 'accept_member'),
  act('reject', 'Reject an applicant', 'reject_member'),
  act('mute', 'Mute a member, for a time or until somebody unmutes', 'mute_member'),
  act('unmute', 'Let a muted member send again', 'unmute_member'),
  act('kick', 'Remove a member', 'kick_member'),
  act('ban', 'Remove a user and refuse his joins, for a time or until somebody unbans', 'ban_member'),
  act('unban', 'Let a banned user join again', 'unban_member'),
  act('promote', 'Make a member an admin', 'promote_member'),
  act('demote', 'Make an admin a member', 'demote_member'),
  {
    method: 'POST',
    path: `${group}/messages`,
    summary: 'Send a message',
    request: 'relay_msg',
    actor: 'from_user_id',
  },
  {
    method: 'GET',
    path: `${group}/messages`,
    summary: 'Page through the log, ascending; bounds are exclusive',
    request: 'history',
    actor: 'token',
    query: ['after', 'before', 'limit'],
  },
  {
    method: 'GET',
    path: '/v1/dead-letters',
    summary: 'Deliveries that an adapter has not taken, the oldest first; for the service only',
    request: 'list_dead_letters',
    actor: 'token',
    query: ['cursor', 'limit'],
  },
  {
    method: 'POST',
    path: '/v1/dead-letters/:dead_letter_id/retry',
    summary: 'Send it on its way again, with all its attempts; for the service only',
    request: 'retry_dead_letter',
    actor: 'token',
  },
  {
    method: 'DELETE',
    path: '/v1/dead-letters/:dead_letter_id',
    summary: 'Forget it for good; for the service only',
    request: 'delete_dead_letter',
    actor: 'token',
  },
];

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
  dead_letter_id: deadLetterIdSchema,
};

/** Query text becomes the number or boolean that the schema wants; anything else is left for the schema to refuse. */
function fromText(schema: z.core.$ZodType): z.ZodType {
  const { type } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  return z.preprocess((text) => {
    if (type === 'integer' && typeof text === 'string' && /^\d{1,16}$/.test(text)) return Number(text);
    if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
    return text;
  }, schema);
}

const pick = (shape: z.ZodRawShape, wanted: (name: string) => boolean): z.ZodRawShape =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => wanted(name)));

function requestRoute({ successStatus = 200, query = [], extra = {}, ...row }: Row, messageMaxBytes: number) {
  const { args, result } = requestTable(messageMaxBytes)[row.request];
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
  };
}

/** @param messageMaxBytes `PLENUM_MESSAGE_MAX_BYTES`, UTF-8 bytes of `message`. */
export const requestRoutes = (messageMaxBytes: number = limits.messageMaxBytes): readonly RequestRoute[] =>
  rows.map((row) => requestRoute(row, messageMaxBytes));

export const healthSchema = z.object({ status: z.literal('ok') });
/** Answered with 503 while `ready` is false. */
export const readinessSchema = z.object({
  ready: z.boolean(),
  draining: z.boolean(),
  /** Shards of a Redis Cluster that do not answer. One of several does not make the node unready: it would empty the balancer. */
  shards_away: z.int(),
  /** What an ack survives. */
  durability: z.enum(['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'unknown']),
});
export type Readiness = z.infer<typeof readinessSchema>;
export const devTokenArgsSchema = z.strictObject({ user_id: userIdSchema });
export const devTokenSchema = z.object({ token: z.string() });

const get = { method: 'GET', successStatus: 200, body: null } as const;

export const nodeRoutes: readonly NodeRoute[] = [
  { ...get, name: 'health', path: '/healthz', summary: 'The process is alive', result: healthSchema },
  {
    ...get,
    name: 'readiness',
    path: '/readyz',
    summary: 'The node wants traffic: not while it drains or its store is away',
    result: readinessSchema,
  },
  { ...get, name: 'openapi', path: '/openapi.json', summary: 'This document', result: z.looseObject({}) },
  {
    ...get,
    name: 'docs',
    path: '/docs',
    summary: 'Requests, pushes, routes and errors on one page for people',
    contentType: 'text/html; charset=utf-8',
    result: z.string(),
  },
  {
    ...get,
    name: 'metrics',
    path: '/metrics',
    summary: 'Figures for Prometheus; on the admin port, if there is one, without a token',
    needs: 'admin token',
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    result: z.string(),
  },
  {
    method: 'POST',
    path: '/v1/dev/token',
    summary: 'A token for any user; exists in dev mode only',
    name: 'dev_token',
    successStatus: 200,
    body: devTokenArgsSchema,
    result: devTokenSchema,
  },
];

/** Every failure of REST has this shape, malformed JSON and unknown routes too. */
export interface RestFailure extends FailureBody {
  readonly request_id: string;
}
const codeSchema = z.custom<ErrorCode>((code) => errorCodes.some((known) => known === code));

export const restFailureSchema = z.object({
  error: z.string(),
  code: codeSchema.meta({ type: 'string', enum: errorCodes }),
  can_retry: z.boolean(),
  retry_after_ms: z.int().min(1).exactOptional(),
  details: z
    .object({
      field: z.string().exactOptional(),
      limit: z.number().exactOptional(),
      reason: z.string().exactOptional(),
      muted_until: z.string().exactOptional(),
      status: z.string().exactOptional(),
    })
    .exactOptional(),
  request_id: requestIdSchema,
}) satisfies z.ZodType<RestFailure>;
