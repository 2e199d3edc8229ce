/** How a call of the library ends: success, or a refusal that a person and a program can read. */
import type { Outcome } from '@plenum/core';
import { type Failure, failureBody } from '@plenum/protocol';

/** Why a call was refused. A program reads `code`, which does not change; a person reads `message`. */
export interface LibraryFailure extends Failure {
  /** One sentence in English. It holds no text of a message and no secret. */
  readonly message: string;
  /** True: the same call, with the same `requestId`, may succeed later; `retryAfterMs` says when, if that is known. */
  readonly can_retry: boolean;
}

export type LibraryOutcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: LibraryFailure };

export const refused = (failure: Failure): { readonly ok: false; readonly failure: LibraryFailure } => {
  const { error, can_retry } = failureBody(failure);
  return { ok: false, failure: { ...failure, message: error, can_retry } };
};

export const shown = <R>(outcome: Outcome<R>): LibraryOutcome<R> =>
  outcome.ok ? outcome : refused(outcome.failure);
