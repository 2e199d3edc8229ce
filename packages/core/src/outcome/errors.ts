import type { ErrorCode, Failure } from '@plenum/protocol';
import { errors } from '@plenum/protocol';

/**
 * A failure that leaves by exception: the store is away, an answer is late, or there is a bug.
 * Expected refusals are return values (see `Refused`), never this. Edges translate it once, by `failure.code`.
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

/** A mistake in the configuration, found at start: an operator or the embedding team corrects it. The message is one sentence. */
export class ConfigError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ConfigError';
  }
}

/** For a cursor that the method did not make itself. */
export const forgedCursor = (): PlenumError =>
  new PlenumError({
    code: 'invalid_args',
    error: 'cursor is not one that this request has returned',
    details: { field: 'cursor' },
  });

/** Turns a thrown value into a failure for the caller; anything unknown is `internal` and nothing else. */
export function failureFrom(thrown: unknown): Failure {
  return thrown instanceof PlenumError ? thrown.failure : { code: 'internal' };
}
