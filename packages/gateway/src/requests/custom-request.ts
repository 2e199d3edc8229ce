/**
 * Custom requests: a team declares a request type once, clients call it beside the built-in ones, and its errors stay
 * contained.
 */
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
  /** The arguments, parsed by `args` of the declaration. */
  readonly args: A;
  /** The user and the request. Pass it to `operations` to act for that user. */
  readonly caller: Caller;
  /** The built-in requests; each resolves with the answer that a client would get. */
  readonly operations: Operations;
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

export interface CustomRequestOptions<A> {
  /** Default: the service of the built-in requests. */
  readonly service?: string;
  readonly requestType: string;
  /** Parses the arguments; a mismatch is answered `invalid_args`. */
  readonly args: z.ZodType<A>;
  /** Default `any_authenticated`. If a function does not return true, the answer is `forbidden`. */
  readonly permission?: 'any_authenticated' | ((call: CustomRequestCall<A>) => boolean | Promise<boolean>);
  /** Time limit of permission and handler together, ms; then the answer is `timeout`. Default 5,000. */
  readonly timeoutMs?: number;
  /** Returns `succeed(result)` with plain JSON, or `fail({ code, … })`. A repeated request runs again. */
  readonly handle: (call: CustomRequestCall<A>) => Outcome<unknown> | Promise<Outcome<unknown>>;
}

export interface CustomRequestDeps {
  readonly operations: Operations;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A declared request without the type of its arguments. Only `defineRequest` creates it. */
export interface CustomRequest {
  readonly service: string | null;
  readonly requestType: string;
  readonly handlerWith: (deps: CustomRequestDeps) => RequestHandler;
}

/** Declares a request; it exists when it is given to a gateway. */
export const defineRequest = <A>(options: CustomRequestOptions<A>): CustomRequest => ({
  service: options.service ?? null,
  requestType: options.requestType,
  handlerWith: (deps) => (call) => serve(options, deps, call),
});

async function serve<A>(
  options: CustomRequestOptions<A>,
  deps: CustomRequestDeps,
  { args, caller }: RequestCall,
): Promise<Outcome<unknown>> {
  const parsed = parse(options.args, args ?? {}, 'invalid_args');
  if (!parsed.ok) return fail(parsed.failure);
  const { operations, clock, logger } = deps;
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

/** Copies the outcome as JSON; null if the answer is no outcome. Throws for a value that JSON cannot hold. */
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

/** Names that an envelope can hold; without spaces, because service and type are joined by one. */
const namePattern = /^[\x21-\x7e]{1,64}$/;

/**
 * The custom requests, by service and type.
 * @param isReserved true for the name of a built-in request
 * @throws ConfigError for a name that no envelope can hold, that is reserved, or that is declared twice
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
    // Never limited as a read: the team knows its cost.
    registered.set(name, { handle: handlerWith(options), isRead: false });
  }
  return { find: (service, requestType) => registered.get(nameOf(service, requestType)) ?? null };
}
