import { fail, failureFrom, type Logger, type Outcome } from '@plenum/core';
import type { RequestCall, RequestHandler } from './request-handler.ts';

/**
 * The one place where exceptions of a request become failures. Never rejects. What is unknown is told as `internal` and
 * nothing else; the log names it without arguments or bodies.
 */
export async function perform(
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
