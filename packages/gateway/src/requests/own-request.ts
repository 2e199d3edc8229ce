/** A request type of a team's own: declared once, reachable beside the built-in ones, and contained. */
import {
  type Caller,
  type Clock,
  errorSummary,
  fail,
  type Logger,
  type Operations,
  type Outcome,
  PlenumError,
  readFailure,
  succeed,
  withTimeout,
} from '@plenum/core';
import { isDeeperThan, limits, parse } from '@plenum/protocol';
import type { z } from 'zod';
import type { RequestCall, RequestHandler } from './request-handler.ts';

const defaultTimeoutMs = 5000;

export interface OwnRequestCall<A> {
  /** As `args` of the declaration has parsed them. */
  readonly args: A;
  /** The user and the request; pass it to `operations` to act for that user. */
  readonly caller: Caller;
  /** The built-in requests: they resolve with what a client would be answered. */
  readonly operations: Operations;
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

export interface OwnRequestOptions<A> {
  /** Default: the service of the built-in requests. */
  readonly service?: string;
  readonly requestType: string;
  /** Arguments that it does not accept are answered `invalid_args`. */
  readonly args: z.ZodType<A>;
  /** Default `any_authenticated`. A function that does not return true answers `forbidden`. */
  readonly permission?: 'any_authenticated' | ((call: OwnRequestCall<A>) => boolean | Promise<boolean>);
  /** Of permission and handler together; then the answer is `timeout`. Default 5,000. */
  readonly timeoutMs?: number;
  /** `succeed(result)`, where the result is plain JSON, or `fail({ code, … })`. Repeats are not recognised: it runs again. */
  readonly handle: (call: OwnRequestCall<A>) => Outcome<unknown> | Promise<Outcome<unknown>>;
}

export interface OwnRequestParts {
  readonly operations: Operations;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A declared request with its arguments hidden. Made by `defineRequest` only. */
export interface OwnRequest {
  readonly service: string | null;
  readonly requestType: string;
  readonly handlerWith: (parts: OwnRequestParts) => RequestHandler;
}

/** Declares a request; it exists once it is given to a gateway. */
export const defineRequest = <A>(options: OwnRequestOptions<A>): OwnRequest => ({
  service: options.service ?? null,
  requestType: options.requestType,
  handlerWith: (parts) => (call) => serve(options, parts, call),
});

async function serve<A>(
  options: OwnRequestOptions<A>,
  parts: OwnRequestParts,
  { args, caller }: RequestCall,
): Promise<Outcome<unknown>> {
  const parsed = parse(options.args, args ?? {}, 'invalid_args');
  if (!parsed.ok) return fail(parsed.failure);
  const { operations, clock, logger } = parts;
  const answer = async (signal: AbortSignal) => {
    const call = { args: parsed.value, caller, operations, signal };
    const { permission = 'any_authenticated', handle } = options;
    const isPermitted = permission === 'any_authenticated' || (await permission(call)) === true;
    return readOutcome(isPermitted ? await handle(call) : fail({ code: 'forbidden' }));
  };
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const settled = await withTimeout(answer, { clock, timeoutMs });
  if (settled.kind === 'timeout') return fail({ code: 'timeout' });
  if (settled.kind === 'answer' && settled.answer !== null) return settled.answer;
  const cause = settled.kind === 'throw' ? settled.cause : null;
  if (cause instanceof PlenumError) return fail(cause.failure);
  const fields = {
    request_type: options.requestType,
    request_id: caller.requestId,
    cause: errorSummary(cause),
  };
  logger.error(fields, 'a request of the team failed by a bug of its handler');
  return fail({ code: 'internal' });
}

/** A copy as it goes over the wire; null for what is no outcome. Throws for what JSON cannot hold. */
function readOutcome(answer: unknown): Outcome<unknown> | null {
  const failure = readFailure(answer);
  if (failure !== null) return fail(failure);
  const { ok, result } = Object(answer);
  if (ok !== true) return null;
  const copy: unknown = JSON.parse(JSON.stringify(result) ?? 'null');
  return isDeeperThan(copy, limits.argsMaxDepth) ? null : succeed(copy);
}
