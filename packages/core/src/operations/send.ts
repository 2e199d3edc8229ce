/**
 * The life of a message. Rows are in the default order; `?` marks a step that exists only if an adapter or a
 * middleware is configured (`stepsOf` in `send/steps.ts`). Paths are below `packages/core/src`; `gateway/…` is
 * `packages/gateway/src/…`, `redis/…` is `packages/redis/src/…`, `lua/…` is `packages/redis/lua/…`.
 *
 *   stage        file                                     refuses with                               who may fail
 *   envelope     gateway/sockets/session.ts               invalid_request, draining, rate_limited,   the client
 *                                                         unsupported_request
 *   arguments    gateway/requests/registry.ts             invalid_args, invalid_content,             the client
 *                                                         message_too_large
 *   operation    this file                                invalid_args (the service sends nothing)   the client
 *   admit ?      send/steps.ts, lua/admit-message.lua     the rules' codes, conflict                 the store
 *   auth ?       send/steps.ts, adapters/guards.ts        unauthorized, unavailable                  the adapter
 *   rate_limit ? send/steps.ts, lua/admit-message.lua     as admit, and rate_limited                 the store
 *   moderation ? send/steps.ts, adapters/guards.ts        moderation_blocked, unavailable            the adapter
 *   middleware ? send/custom-middleware.ts                its own failure, unavailable, internal     the team's code
 *   append       send/steps.ts, lua/append-messages.lua   as rate_limit, room_overloaded,            the store
 *                                                         message_not_found (`reply_to`)
 *   -- stored and published: from here on nothing refuses the message --
 *   channel      redis/pubsub/feed-transport.ts           (an entry may come late, twice or never)   pub/sub
 *   ack          gateway/sockets/session.ts                                                          the connection
 *   feed         feed/feed-host.ts, feed.ts, hosted-feed.ts (a gap is read from the log)             pub/sub
 *   fan-out      gateway/outbound/coalesced.ts, slow-consumer.ts (a slow consumer is cut)            the connection
 *   delivery     delivery/adapter-delivery.ts             (retries, then a dead letter)              the adapter
 *
 * The short way: without adapters and middlewares, a valid message of a socket in the usual form goes from its frame to
 * `append` (gateway/sockets/usual-sends.ts instead of envelope and arguments, `createUsualSend` here), and its outcome
 * becomes the ack in the same call. Checks, texts and order are those of the ordinary way.
 *
 * `rate_limit` is a step only before an adapter or a middleware; otherwise `append` takes the token. Over REST,
 * `gateway/rest/request-routes.ts` checks the envelope, and the bearer token. On Redis the appends of
 * one tick share a script (`redis/log/append-batches.ts`); each is judged, answered and published as if it had come
 * alone. The ack follows the script's reply or the entry on the channel, whichever arrives first (`redis/log/pending-sends.ts`).
 *
 * An ephemeral message goes the same way up to `append`; lua/send-ephemeral.lua publishes it then and stores nothing, without
 * a look at the room queue. feed/ephemeral-messages.ts takes it from the channel; no adapter gets it.
 *
 * The rules' codes are the row `send` of `groups/rule-table.ts`. A store that cannot be reached answers `unavailable`;
 * after `timeout` the outcome is unknown, and a retry with the same request id gets the first answer.
 */
import { type GroupId, type RequestArgs, SERVICE, type UserId } from '@plenum/protocol';
import { type MessageExtras, relayed } from '../log/draft.ts';
import { fail, PlenumError, succeed } from '../outcome/outcome.ts';
import type { AppendCallback } from '../ports/group-log.ts';
import { emitSent } from '../telemetry/events.ts';
import { type OperationDeps, type OperationOf, requestKey, writtenRequestKey } from './operations.ts';

/** Sends one message through the pipeline. The last step checks, numbers, stores and publishes the message atomically. */
export const createRelayMessage =
  ({ pipeline }: OperationDeps): OperationOf<'relay_msg'> =>
  (caller, args) => {
    if (caller.actor === SERVICE) return Promise.resolve(fail(needsSender));
    const excluded = fieldExcludedIn(args);
    if (excluded !== null) return Promise.resolve(fail(excludes(excluded)));
    const draft = {
      groupId: args.group_id,
      sender: caller.actor,
      request: requestKey(caller, 'relay_msg', args),
      message: args.message,
      extras: extrasOf(args),
      ...(args.ephemeral === true ? { isEphemeral: true } : {}),
      traceparent: caller.carriedTrace?.() ?? undefined,
      isRateLimited: pipeline.isRateLimited,
    };
    return pipeline.send(draft).then((outcome) => {
      emitSent(draft, outcome);
      return outcome.type === 'refused' ? fail(outcome.failure) : succeed(relayed(outcome));
    });
  };

function extrasOf(args: RequestArgs<'relay_msg'>): MessageExtras | undefined {
  const { metadata, reply_to, mentions, open, expires_in_ms } = args;
  if ([metadata, reply_to, mentions, open, expires_in_ms].every((one) => one === undefined)) return undefined;
  return {
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
    replyTo: reply_to ?? null,
    mentions: [...new Set(mentions)],
    isOpen: open === true,
    expiresInMs: expires_in_ms ?? null,
  };
}

/** What only a stored message has. */
function fieldExcludedIn({ ephemeral, open, expires_in_ms }: RequestArgs<'relay_msg'>) {
  if (ephemeral !== true) return null;
  if (open === true) return 'open';
  return expires_in_ms === undefined ? null : 'expires_in_ms';
}

/** A checked message of a user, with the texts that the client sent. */
export interface UsualMessage {
  readonly sender: UserId;
  /** The client's own id. */
  readonly requestId: string;
  readonly groupId: GroupId;
  /** JSON escapes none of its characters. */
  readonly message: string;
  /** JSON text of the arguments, as `JSON.stringify({ group_id, message })` writes it. */
  readonly argsText: string;
}

/** As `relay_msg`, with a callback. `done` follows `AppendCallback`. */
export type UsualSend = (usual: UsualMessage, done: AppendCallback) => void;

/** The short form of `relay_msg`, for messages that only the append judges. Null: adapters or middlewares are asked too. */
export function createUsualSend({ pipeline }: Pick<OperationDeps, 'pipeline'>): UsualSend | null {
  const { sendWith, isRateLimited } = pipeline;
  if (sendWith === null) return null;
  return ({ sender, requestId, groupId, message, argsText }, done) => {
    const request = writtenRequestKey(requestId, 'relay_msg', argsText);
    const draft = { groupId, sender, request, message, isUnescaped: true, isRateLimited };
    sendWith(draft, (outcome) => {
      if (!(outcome instanceof PlenumError)) emitSent(draft, outcome);
      done(outcome);
    });
  };
}

const excludes = (field: string) =>
  ({
    code: 'invalid_request',
    error: `ephemeral and ${field} exclude each other: an ephemeral message is kept nowhere`,
    details: { field },
  }) as const;

const needsSender = {
  code: 'invalid_args',
  error: 'from_user_id is required: the service itself sends no messages',
  details: { field: 'from_user_id' },
} as const;
