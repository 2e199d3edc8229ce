/**
 * Outcomes of operations: success or refusal is a return value; everything else is an exception of one of two
 * classes.
 */
import { type ErrorCode, errors, type Failure } from '@plenum/protocol';

/** The result of an operation, or the reason why it was refused. */
export type Outcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: Failure };

export const succeed = <R>(result: R): Outcome<R> => ({ ok: true, result });
export const fail = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure,
});

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errors, code);

/**
 * Reads the failure of `{ ok: false, failure }` that untrusted code returned, and copies its known fields.
 * @returns null for anything else. Throws if the answer throws while it is read.
 */
export function readFailure(answer: unknown): Failure | null {
  const { ok, failure } = Object(answer);
  const { code, error, retryAfterMs, details } = Object(failure);
  if (ok !== false || !isCode(code)) return null;
  const reason: unknown = Object(details).reason;
  return {
    code,
    ...(typeof error === 'string' ? { error } : {}),
    ...(typeof retryAfterMs === 'number' && retryAfterMs > 0 ? { retryAfterMs } : {}),
    ...(typeof reason === 'string' ? { details: { reason } } : {}),
  };
}

/**
 * A failure that is thrown: the store cannot be reached, an answer is late, or there is a bug. Expected refusals are
 * return values (see `Refused`). Each edge translates it once, by `failure.code`.
 */
export class PlenumError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.error ?? errors[failure.code].text, options);
    this.name = 'PlenumError';
    this.failure = failure;
  }

  static of(code: ErrorCode, options?: { cause?: unknown }): PlenumError {
    return new PlenumError({ code }, options);
  }
}

/**
 * A mistake in the configuration, found at start. An operator or the embedding team corrects it, so the message is
 * one sentence.
 */
export class ConfigError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ConfigError';
  }
}

/** The error for a cursor that the method itself did not return. */
export const forgedCursor = (): PlenumError =>
  new PlenumError({
    code: 'invalid_args',
    error: 'cursor is not one that this request has returned',
    details: { field: 'cursor' },
  });

/** Turns a thrown value into a failure for the caller. An unknown value becomes `internal` without details. */
export function failureFrom(thrown: unknown): Failure {
  return thrown instanceof PlenumError ? thrown.failure : { code: 'internal' };
}

/** Makes any thrown value a PlenumError. An unknown value becomes `internal` with that value as its cause. */
export const errorFrom = (thrown: unknown): PlenumError =>
  thrown instanceof PlenumError ? thrown : PlenumError.of('internal', { cause: thrown });
