import type { Answer } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { mayPass } from './outcome.ts';

const refusal = (rest: Partial<Extract<Answer<unknown>, { success: false }>>): Answer<unknown> => ({
  request_id: 'r',
  success: false,
  error: 'no',
  code: 'unavailable',
  can_retry: true,
  ...rest,
});

test('a refusal that may pass is followed by another attempt', () => {
  expect(mayPass(refusal({}))).toBe(true);
  expect(mayPass(refusal({ code: 'rate_limited', retry_after_ms: 700 }))).toBe(true);
});

test.each<[string, Answer<unknown>]>([
  ['a success', { request_id: 'r', success: true, result: {} }],
  ['a refusal that cannot be repeated', refusal({ code: 'not_a_member', can_retry: false })],
  ['a mute, timed or not,', refusal({ code: 'muted', retry_after_ms: 10 })],
])('%s is the answer', (_, answer) => {
  expect(mayPass(answer)).toBe(false);
});
