/**
 * The operations of the service in wire shapes, as sockets, REST and the library call them: the caller, the signature
 * of each operation, the collaborators, and the key that makes a repeated request harmless.
 */

import { hash } from 'node:crypto';
import type { Actor, RequestArgs, RequestResult, RequestType, UserId } from '@plenum/protocol';
import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import type { FeedHost } from '../feed/feed-host.ts';
import type { RequestKey } from '../groups/commands.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Device } from '../ports/devices.ts';
import type { Engine } from '../ports/engine.ts';
import type { SendPipeline } from '../send/pipeline.ts';
import type { ArchivedHistory } from './archived-history.ts';
import type { ArchivedSearch } from './archived-search.ts';
import type { InviteCodes } from './invite-codes.ts';

/** The authenticated caller of an operation: actor, request id and device. */
export interface Caller {
  readonly actor: Actor;
  readonly requestId: string;
  /** True if the server made the id: then it is remembered for 15 s instead of 10 min. */
  readonly isServerMadeId: boolean;
  /** The device that sent the request; null over REST and in client mode. */
  readonly device: Device | null;
  /** Asked when a message is made; null: it carries no trace context. Absent: likewise. */
  readonly carriedTrace?: () => string | null;
}

/** The edge answers `refresh_token`, because it concerns only the connection. */
type Plain = Exclude<RequestType, 'create_group' | 'join_group' | 'send_message' | 'refresh_token'>;

/** A user's own join. With `user_id` and `admit`, the service admits that user directly as `active`. */
export type JoinArgs = RequestArgs<'join_group'> & { readonly user_id?: UserId; readonly admit?: boolean };

/** With `by_service`, the service creates the group for the actor. */
export type CreateArgs = RequestArgs<'create_group'> & { readonly by_service?: boolean };

export type OperationOf<T extends RequestType> = (
  caller: Caller,
  args: RequestArgs<T>,
) => Promise<Outcome<RequestResult<T>>>;

/**
 * Every operation resolves with success or a typed failure. It throws only `PlenumError` (the store cannot be
 * reached, the outcome is unknown) or because of a bug. The schemas of the protocol have parsed the arguments.
 */
export type Operations = { readonly [T in Plain]: OperationOf<T> } & {
  readonly create_group: (
    caller: Caller,
    args: CreateArgs,
  ) => Promise<Outcome<RequestResult<'create_group'>>>;
  readonly join_group: (caller: Caller, args: JoinArgs) => Promise<Outcome<RequestResult<'join_group'>>>;
};

/** The collaborators of the operations. */
export interface OperationDeps {
  readonly engine: Engine;
  readonly feeds: FeedHost;
  readonly pipeline: SendPipeline;
  /** Null: there is no auth adapter. */
  readonly auth: AuthGuard | null;
  /** Moderation of texts in changes; null: there is none. */
  readonly moderation: ModerationGuard | null;
  readonly inviteCodes: InviteCodes;
  /** Null: a history ends where the log ends. */
  readonly archive: ArchivedHistory | null;
  /** Null: there is no archive, or none that can be searched. */
  readonly search: ArchivedSearch | null;
  /** What a join of an unknown group id does: `none` refuses it, `public` creates a public group. */
  readonly createOnJoin: 'none' | 'public';
  /** `off`: the service does not show a member the read marks of others. */
  readonly readMarksOfOthers: 'on' | 'off';
}

/** JSON with sorted keys, so that equal arguments give equal text in any order. The edge bounds the depth. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field: unknown = Reflect.get(value, key);
    if (field !== undefined) fields += `${fields && ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${fields}}`;
}

/** Digest of a request's meaning: its type (alias resolved) and its arguments. 22 characters of base64url. */
const payloadHash = (operation: string, canonicalArgs: string): string =>
  hash('sha256', operation + canonicalArgs, 'base64url').slice(0, 22);

/** The digest of a request that the archive shows. */
export const requestDigest = (type: RequestType, args: object): string => payloadHash(type, canonical(args));

export const clientIdRememberMs = 600_000;
const serverIdRememberMs = 15_000;

/**
 * The idempotency key of a request. Example: a client sends `relay_msg` "hi" with id r1, and the connection breaks before the
 * ack. It sends r1 again: nothing is stored, and the first answer comes back with the same seq. If it sends r1 with "ho",
 * the digest differs and the answer is `conflict`. A refused request is not remembered: r1 may be sent again.
 */
export const requestKey = (caller: Caller, type: RequestType, args: object): RequestKey => ({
  id: caller.requestId,
  payloadHash: payloadHash(type, canonical(args)),
  rememberMs: caller.isServerMadeId ? serverIdRememberMs : clientIdRememberMs,
});

/** As `requestKey`, for the client's own id. @param canonicalArgs JSON text of the arguments with sorted keys */
export const writtenRequestKey = (
  requestId: string,
  type: RequestType,
  canonicalArgs: string,
): RequestKey => ({
  id: requestId,
  payloadHash: payloadHash(type, canonicalArgs),
  rememberMs: clientIdRememberMs,
});
