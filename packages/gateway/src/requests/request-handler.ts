/** One request as the edge passes it on: its id, its call and its handler. */
import type { Caller, Outcome, Random } from '@plenum/core';
import { isRequestId, type RequestResult } from '@plenum/protocol';

export interface RequestCall {
  readonly caller: Caller;
  /** The name in the registry, which may be an alias. */
  readonly requestType: string;
  /** True if an admin token authenticated the call, possibly on behalf of a user. */
  readonly isByService: boolean;
  /** Untrusted: the registry parses them. */
  readonly args: unknown;
  /** As the client gave it, perhaps none that is valid. */
  readonly traceparent?: string | undefined;
  /** The token of the asking socket; absent over REST. */
  readonly token?: { refresh(token: string): Promise<Outcome<RequestResult<'refresh_token'>>> };
}
/** Resolves with success or a typed failure; throws what operations throw. */
export type RequestHandler = (call: RequestCall) => Promise<Outcome<unknown>>;

/** A request type in the registry. */
export interface RegisteredRequest {
  readonly handle: RequestHandler;
  /** True if `access` of the request table is `read`: then `ReadLimiter` limits it. */
  readonly isRead: boolean;
}

export interface RequestId {
  readonly requestId: string;
  readonly isServerMadeId: boolean;
}

/** @returns the client's id if it is valid, otherwise a new one: every answer has an id */
export function requestIdOf(given: unknown, random: Random): RequestId {
  return isRequestId(given)
    ? { requestId: given, isServerMadeId: false }
    : { requestId: random.token(), isServerMadeId: true };
}
