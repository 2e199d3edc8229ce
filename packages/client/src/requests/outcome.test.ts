import type { Answer } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { nextAttempt } from './outcome.ts';

const context = { attempt: 0, leftMs: 1000, backoff: { minMs: 100, maxMs: 1000 }, fraction: 0 };
const refusal = (rest: Partial<Extract<Answer<unknown>, { success: false }>>): Answer<unknown> => ({
  request_id: 'r',
  success: false,
  error: 'no',
  code: 'unavailable',
  can_retry: true,
  ...rest,
});
const success: Answer<unknown> = { request_id: 'r', success: true, result: {} };

test.each([
  ['no answer', null, { type: 'retry', inMs: 50 }],
  ['success', success, { type: 'end', answer: success }],
  ['a failure that may pass', refusal({}), { type: 'retry', inMs: 50 }],
  ['a longer pause that the server asks for', refusal({ retry_after_ms: 700 }), { type: 'retry', inMs: 700 }],
])('after %s', (_, answer, next) => {
  expect(nextAttempt(answer, context)).toEqual(next);
});

test.each([
  ['cannot be repeated', refusal({ code: 'not_a_member', can_retry: false })],
  ['is a mute, timed or not', refusal({ code: 'muted', retry_after_ms: 10 })],
])('a refusal that %s is the answer', (_, answer) => {
  expect(nextAttempt(answer, context)).toEqual({ type: 'end', answer });
});

test('a refusal that asks for more time than is left ends the attempts', () => {
  const answer = refusal({ code: 'rate_limited', retry_after_ms: 1500 });
  expect(nextAttempt(answer, context)).toEqual({ type: 'give up' });
});
