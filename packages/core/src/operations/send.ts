/**
 * The life of a message. `?`: only where an adapter or a middleware is configured; their order is `send/order.ts`.
 *
 *   stage        file                                     refuses with                              who may fail
 *   parse        gateway/sockets/session.ts               invalid_request, invalid_args             the client
 *   operation    this file                                invalid_args (the service sends nothing)
 *   admit ?      send/steps.ts, lua/admit-message.lua     the rules' codes, conflict, rate_limited  the store
 *   auth ?       send/steps.ts, adapters/guards.ts        unauthorized, unavailable                 the adapter
 *   middleware ? send/custom-middleware.ts                its own failure, unavailable, internal    the team's code
 *   moderation ? send/steps.ts, adapters/guards.ts        moderation_blocked, unavailable           the adapter
 *   append       send/steps.ts, lua/append-message.lua    as admit, and room_overloaded             the store
 *   -- stored and published: from here on nothing refuses the message --
 *   ack          gateway/sockets/session.ts                                                         the connection
 *   feed         feed/feed.ts                             (a gap is read from the log)              pub/sub
 *   fan-out      gateway/outbound/coalesced.ts            (a slow consumer is cut)                  the connection
 *   delivery     delivery/adapter-delivery.ts             (retries, then a dead letter)             the adapter
 *
 * The rules' codes are the row `send` of `groups/rules.ts`. A store that is away answers `unavailable`; after `timeout` the
 * outcome is unknown, and a retry with the same request id gets the first answer.
 */
import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { relayed } from '../log/draft.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { emitSent } from '../telemetry/events.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';

type Relayed = RequestResult<'relay_msg'>;

/** One message through the pipeline: at its end it is checked, numbered, stored and published in one atomic step. */
export function relayMessage(
  { pipeline }: OperationDeps,
  caller: Caller,
  args: RequestArgs<'relay_msg'>,
): Promise<Outcome<Relayed>> {
  if (caller.actor === SERVICE) return Promise.resolve(fail(needsSender));
  const draft = {
    groupId: args.group_id,
    sender: caller.actor,
    request: requestKey(caller, 'relay_msg', args),
    message: args.message,
    isRateLimited: pipeline.isRateLimited,
  };
  return pipeline.send(draft).then((outcome) => {
    emitSent(draft, outcome);
    return outcome.type === 'appended' ? succeed(relayed(outcome)) : fail(outcome.failure);
  });
}

const needsSender = {
  code: 'invalid_args',
  error: 'from_user_id is required: the service itself sends no messages',
  details: { field: 'from_user_id' },
} as const;
