/** Turns every failure of REST into one shape: a refusal by a rule, an error of Fastify, and an unknown route. */
import { failureFrom, type Logger, PlenumError, type Random } from '@plenum/core';
import { errors, type Failure, failureBody, limits, type RestFailure } from '@plenum/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type RequestId, requestIdOf } from '../requests/request-handler.ts';

export const idOf = (request: FastifyRequest, random: Random): RequestId =>
  requestIdOf(request.headers['idempotency-key'], random);

export const restFailure = (failure: Failure, requestId: string): RestFailure => ({
  ...failureBody(failure),
  request_id: requestId,
});

export function sendFailure(reply: FastifyReply, failure: Failure, requestId: string): FastifyReply {
  const { http } = errors[failure.code];
  const body = restFailure(failure, requestId);
  if (body.retry_after_ms !== undefined) reply.header('retry-after', Math.ceil(body.retry_after_ms / 1000));
  reply.header('x-content-type-options', 'nosniff');
  if (http === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(http).send(body);
}

export const unknownRoute = ({ method, url }: FastifyRequest): Failure => ({
  code: 'unsupported_request',
  error: `unsupported function: ${method} ${url.split('?')[0]?.slice(0, 256)}`,
});

/** Replaces Fastify's text, which repeats the whole path. */
const badPath: Failure = {
  code: 'invalid_request',
  error: 'the path is not valid percent-encoded UTF-8',
  details: { field: 'path' },
};

/** An error that Fastify throws before a handler runs. Its text contains no secret. */
interface FrameworkError {
  readonly code: string;
  readonly statusCode: number;
  readonly message: string;
}
const isFrameworkError = (error: unknown): error is FrameworkError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('FST_') &&
  'statusCode' in error &&
  typeof error.statusCode === 'number';

/** A route with a limit of its own carries it in its `config`. */
function bodyMaxBytesOf({ routeOptions }: FastifyRequest): number {
  const own: unknown = Reflect.get(routeOptions.config, 'bodyMaxBytes');
  return typeof own === 'number' ? own : limits.frameMaxBytes;
}

function failureOfHttpError(error: unknown, request: FastifyRequest): Failure {
  if (!isFrameworkError(error) || error.statusCode >= 500) return failureFrom(error);
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = bodyMaxBytesOf(request);
    return { code: 'message_too_large', error: `body is larger than ${limit} bytes`, details: { limit } };
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      code: 'invalid_request',
      error: 'content-type must be application/json',
      details: { field: 'content-type' },
    };
  }
  if (error.code === 'FST_ERR_BAD_URL') return badPath;
  return { code: 'invalid_request', error: error.message.slice(0, 512) };
}

/** Fastify's error handler. An unknown error is logged and answered as `internal`. */
export function createErrorHandler(random: Random, logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const failure = failureOfHttpError(error, request);
    const { requestId } = idOf(request, random);
    // A client that disconnects while it sends its body is no bug, and could fill the log.
    const isAborted = request.raw.readableAborted;
    if (failure.code === 'internal' && !isAborted && !(error instanceof PlenumError)) {
      const route = `${request.method} ${request.routeOptions.url ?? ''}`;
      logger.error({ route, request_id: requestId, err: error }, 'bug: an HTTP request failed');
    }
    return sendFailure(reply, failure, requestId);
  };
}
