import type { Caller, Outcome } from '@plenum/core';
import type { RequestResult } from '@plenum/protocol';

export interface RequestCall {
  readonly caller: Caller;
  /** As the registry knows it. */
  readonly requestType: string;
  /** Authenticated by the admin token, possibly on behalf of a user. */
  readonly isByService: boolean;
  /** Untrusted: the registry parses them. */
  readonly args: unknown;
  /** The token of the asking socket; absent over REST. */
  readonly token?: { refresh(token: string): Promise<Outcome<RequestResult<'refresh_token'>>> };
}
/** Resolves with success or a typed failure; throws what operations throw. */
export type RequestHandler = (call: RequestCall) => Promise<Outcome<unknown>>;

/** What the registry knows of a request type. */
export interface RegisteredRequest {
  readonly handle: RequestHandler;
  /** `access` of the request table is `read`: bounded by `ReadLimiter`. */
  readonly isRead: boolean;
}
