import { type ErrorCode, errors, type Failure } from '@plenum/protocol';

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errors, code);

/**
 * The failure of `{ ok: false, failure }` that code of a stranger returned, its known fields copied.
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
