import { type ErrorCode, errors, type Failure } from '@plenum/protocol';

/** What an operation resolves with: its result, or the reason why it was refused. */
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
 * The failure of `{ ok: false, failure }` that untrusted code returned, with its known fields copied.
 * @returns null for anything else. Throws what the answer throws while it is read.
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
