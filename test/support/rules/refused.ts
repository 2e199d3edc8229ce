/** What a refusal looks like at each door: exactly these fields, the status of the table, the text, the request id. */
import { errors, type FailureBody } from '@plenum/protocol';
import { expect } from 'vitest';
import type { AnyAnswer } from '../devices/device.ts';
import type { HttpAnswer } from '../wire/http.ts';
import type { Expected } from './refusals.ts';

/** The failure in the form of every door. */
function bodyOf({ code, error, canRetry, details }: Expected, retryAfterMs: unknown): object {
  const row = errors[code];
  return {
    error: error ?? row.text,
    code,
    can_retry: canRetry ?? row.retry,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: expect.any(Number) }),
    ...(details === undefined ? {} : { details }),
  };
}

/** A code that names a time names one that is not over: at least 1 ms. */
function expectRetryAfter({ code, canRetry }: Expected, retryAfterMs: unknown): void {
  if (
    code === 'rate_limited' ||
    code === 'slow_mode' ||
    code === 'room_overloaded' ||
    code === 'node_busy' ||
    (code === 'muted' && canRetry)
  ) {
    expect(retryAfterMs).toBeGreaterThanOrEqual(1);
  } else expect(retryAfterMs).toBeUndefined();
}

export function expectAnswer(answer: AnyAnswer, expected: Expected, requestId: unknown): void {
  const retryAfterMs = 'retry_after_ms' in answer ? answer.retry_after_ms : undefined;
  expect(answer).toEqual({ request_id: requestId, success: false, ...bodyOf(expected, retryAfterMs) });
  expectRetryAfter(expected, retryAfterMs);
}

export function expectHttp(
  { status, headers, body }: HttpAnswer,
  expected: Expected,
  requestId: unknown,
): void {
  const retryAfterMs = body['retry_after_ms'];
  expect(body).toEqual({ request_id: requestId, ...bodyOf(expected, retryAfterMs) });
  expect(status).toBe(errors[expected.code].http);
  expectRetryAfter(expected, retryAfterMs);
  const inSeconds = retryAfterMs === undefined ? null : String(Math.ceil(Number(retryAfterMs) / 1000));
  expect(headers.get('retry-after')).toBe(inSeconds);
  expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
}

/** A handshake is refused by `connect_error`, its failure as `data`. */
export async function expectNoConnection(connecting: Promise<unknown>, expected: Expected): Promise<void> {
  const refusal: { data?: FailureBody } = await connecting.then(
    () => ({}),
    (error) => error,
  );
  const retryAfterMs = refusal.data?.retry_after_ms;
  expect(refusal.data).toEqual(bodyOf(expected, retryAfterMs));
  expectRetryAfter(expected, retryAfterMs);
}
