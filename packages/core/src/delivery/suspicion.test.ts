import { expect, test } from 'vitest';
import { judge } from './suspicion.ts';

test('the first failure alone says nothing', () => {
  expect(judge(undefined, 7)).toEqual({ suspect: { times: 1, successes: 7 }, judgement: 'wait' });
});

test('after the second one, with nothing taken in between, another entry tells', () => {
  expect(judge({ times: 1, successes: 7 }, 7).judgement).toBe('probe');
  expect(judge({ times: 9, successes: 7 }, 7).judgement).toBe('probe');
});

test('who fails while others are taken is to blame', () => {
  expect(judge({ times: 1, successes: 7 }, 8).judgement).toBe('refuse');
});
