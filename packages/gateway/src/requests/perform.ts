import { fail, failureFrom, type Logger, type Outcome, PlenumError } from '@plenum/core';
import type { RequestCall, RequestHandler } from './registry.ts';

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
    if (error instanceof PlenumError) logger.debug(fields, 'a request could not be served');
    else logger.error(fields, 'a request failed by a bug');
    return fail(failureFrom(error));
  }
}
