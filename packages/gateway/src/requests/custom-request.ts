/** A request type of a team's own: declared once, reachable beside the built-in ones, and contained. */
import {
  type Caller,
  type Clock,
  ConfigError,
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
import type { RegisteredRequest, RequestCall, RequestHandler } from './request-handler.ts';

const defaultTimeoutMs = 5000;

export interface CustomRequestCall<A> {
  /** As `args` of the declaration has parsed them. */
  readonly args: A;
  /** The user and the request; pass it to `operations` to act for that user. */
  readonly caller: Caller;
  /** The built-in requests: they resolve with what a client would be answered. */
  readonly operations: Operations;
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

export interface CustomRequestOptions<A> {
  /** Default: the service of the built-in requests. */
  readonly service?: string;
  readonly requestType: string;
  /** Arguments that it does not accept are answered `invalid_args`. */
  readonly args: z.ZodType<A>;
  /** Default `any_authenticated`. A function that does not return true answers `forbidden`. */
  readonly permission?: 'any_authenticated' | ((call: CustomRequestCall<A>) => boolean | Promise<boolean>);
  /** Of permission and handler together; then the answer is `timeout`. Default 5,000. */
  readonly timeoutMs?: number;
  /** `succeed(result)`, where the result is plain JSON, or `fail({ code, … })`. Repeats are not recognised: it runs again. */
  readonly handle: (call: CustomRequestCall<A>) => Outcome<unknown> | Promise<Outcome<unknown>>;
}

export interface CustomRequestDeps {
  readonly operations: Operations;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A declared request with its arguments hidden. Made by `defineRequest` only. */
export interface CustomRequest {
  readonly service: string | null;
  readonly requestType: string;
  readonly handlerWith: (parts: CustomRequestDeps) => RequestHandler;
}

/** Declares a request; it exists once it is given to a gateway. */
export const defineRequest = <A>(options: CustomRequestOptions<A>): CustomRequest => ({
  service: options.service ?? null,
  requestType: options.requestType,
  handlerWith: (parts) => (call) => serve(options, parts, call),
});

async function serve<A>(
  options: CustomRequestOptions<A>,
  parts: CustomRequestDeps,
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
  if (settled.type === 'timeout') return fail({ code: 'timeout' });
  if (settled.type === 'answer' && settled.answer !== null) return settled.answer;
  const cause = settled.type === 'throw' ? settled.cause : null;
  if (cause instanceof PlenumError) return fail(cause.failure);
  const fields = {
    request_type: options.requestType,
    request_id: caller.requestId,
    cause: errorSummary(cause),
  };
  logger.error(fields, 'bug: the handler of a custom request failed');
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

export interface CustomRequestsDeps {
  readonly operations: Operations;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of the service of the built-in requests. */
  readonly service: string;
  readonly requests?: readonly CustomRequest[];
}

/** As an envelope can name it; without spaces, so that service and type make one name. */
const namePattern = /^[\x21-\x7e]{1,64}$/;

/**
 * The requests of the team by service and type.
 * @param isReserved whether a type of the built-in service has the name already
 * @throws ConfigError for a name that no envelope can hold, that is reserved or that is there twice
 */
export function customRequests(
  options: CustomRequestsDeps,
  isReserved: (requestType: string) => boolean,
): { find(service: string | null, requestType: string): RegisteredRequest | null } {
  const registered = new Map<string, RegisteredRequest>();
  const nameOf = (service: string | null, requestType: string) =>
    `${service ?? options.service} ${requestType}`;
  for (const { service, requestType, handlerWith } of options.requests ?? []) {
    const name = nameOf(service, requestType);
    const refuse = (why: string) => new ConfigError(`request "${name.slice(0, 140)}" ${why}`);
    const isBuiltInService = service === null || service === options.service;
    if (!namePattern.test(requestType) || !namePattern.test(service ?? options.service)) {
      throw refuse('must be named by a service and a type of 1 to 64 printable ASCII characters each');
    }
    if (isBuiltInService && isReserved(requestType)) throw refuse('has the name of a built-in request');
    if (registered.has(name)) throw refuse('is declared twice');
    // What it costs is the team's to know.
    registered.set(name, { handle: handlerWith(options), isRead: false });
  }
  return { find: (service, requestType) => registered.get(nameOf(service, requestType)) ?? null };
}
