import {
  type Clock,
  emitTelemetry,
  fail,
  failureFrom,
  type Logger,
  type Outcome,
  telemetryChannel,
} from '@plenum/core';
import type { RequestCall, RequestHandler } from './request-handler.ts';

const answers = telemetryChannel('request_answered');

export interface PerformContext {
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * The one place where exceptions of a request become failures. Never rejects. What is unknown is told as `internal` and
 * nothing else; the log names it without arguments or bodies.
 */
export async function perform(
  handler: RequestHandler,
  call: RequestCall,
  { logger, clock }: PerformContext,
): Promise<Outcome<unknown>> {
  const startedMs = answers.hasSubscribers ? clock.monotonicMs() : null;
  const outcome = await contained(handler, call, logger);
  if (startedMs !== null) {
    const code = outcome.ok ? null : outcome.failure.code;
    const durationMs = clock.monotonicMs() - startedMs;
    emitTelemetry('request_answered', { requestType: call.requestType, code, durationMs });
  }
  return outcome;
}

async function contained(
  handler: RequestHandler,
  call: RequestCall,
  logger: Logger,
): Promise<Outcome<unknown>> {
  try {
    return await handler(call);
  } catch (error) {
    const { actor, requestId } = call.caller;
    const fields = { user: actor, request_id: requestId, error };
    const failure = failureFrom(error);
    if (failure.code === 'internal') logger.error(fields, 'a request failed by a bug');
    else logger.debug(fields, 'a request could not be served');
    return fail(failure);
  }
}
