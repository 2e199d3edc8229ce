/** Runs the requests of sockets and of REST, and shows them to metrics and tracers. */
import {
  type Caller,
  type Clock,
  emitTelemetry,
  fail,
  failureFrom,
  isTraced,
  type Logger,
  type Outcome,
  type TracedWork,
  telemetryChannel,
  trace,
} from '@plenum/core';
import { isGroupId, traceparentOf } from '@plenum/protocol';
import type { RequestCall, RequestHandler } from './request-handler.ts';

const answers = telemetryChannel('request_answered');

export interface PerformDeps {
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Runs a request. The only place where its exceptions become failures. Never rejects. An unknown error becomes
 * `internal` without details; the log line has no arguments or bodies.
 */
export function perform(
  handler: RequestHandler,
  call: RequestCall,
  { logger, clock }: PerformDeps,
): Promise<Outcome<unknown>> {
  // Of the second pass, by performTraced: a request that is not traced has one function less on its path.
  const isBegun = call.caller.carriedTrace !== undefined;
  if (!isBegun && (isTraced('request') || call.traceparent !== undefined))
    return performTraced(handler, call, { logger, clock });
  const startedMs = answers.hasSubscribers ? clock.monotonicMs() : null;
  const failed = (error: unknown) => failureOf(error, call, logger);
  let answered: Promise<Outcome<unknown>>;
  try {
    answered = handler(call).catch(failed);
  } catch (error) {
    answered = Promise.resolve(failed(error));
  }
  if (startedMs === null) return answered;
  return answered.then((outcome) => {
    const code = outcome.ok ? null : outcome.failure.code;
    const durationMs = clock.monotonicMs() - startedMs;
    emitTelemetry('request_answered', { requestType: call.requestType, code, durationMs });
    return outcome;
  });
}

/** With what its handlers carry on of the client's context; shown to tracers, if there are any. */
function performTraced(
  handler: RequestHandler,
  call: RequestCall,
  deps: PerformDeps,
): Promise<Outcome<unknown>> {
  const traceparent = call.traceparent === undefined ? null : traceparentOf(call.traceparent);
  const { requestType, caller, args } = call;
  const about: TracedWork['request'] = {
    ...{ requestType, requestId: caller.requestId, door: caller.device === null ? 'rest' : 'socket' },
    groupId: groupIdIn(args),
    ...{ traceparent, carried: traceparent },
  };
  const carrying = { ...call, caller: { ...caller, carriedTrace: () => about.carried } };
  const run = () => perform(handler, carrying, deps);
  if (!isTraced('request')) return run();
  return trace('request', about, run, (outcome) => {
    if (!outcome.ok) return outcome.failure.code;
    const messageId = textIn(outcome.result, 'message_id');
    if (messageId !== null) about.messageId = messageId;
    return 'ok';
  });
}

const textIn = (from: unknown, name: string): string | null => {
  const value: unknown = typeof from === 'object' && from !== null ? Reflect.get(from, name) : null;
  return typeof value === 'string' ? value : null;
};
const groupIdIn = (args: unknown): string | null => {
  const groupId = textIn(args, 'group_id');
  return isGroupId(groupId) ? groupId : null;
};

/** The failure of a request that threw. Logs it without arguments and bodies. */
export function failureOf(
  error: unknown,
  { caller }: { readonly caller: Pick<Caller, 'actor' | 'requestId'> },
  logger: Logger,
): ReturnType<typeof fail> {
  const fields = { user: caller.actor, request_id: caller.requestId, err: error };
  const failure = failureFrom(error);
  if (failure.code === 'internal') logger.error(fields, 'bug: a request failed');
  else logger.debug(fields, 'a request could not be served');
  return fail(failure);
}
