import { expect, test } from 'vitest';
import { askBreaker, type BreakerPolicy, type BreakerState, closedBreaker, failBreaker } from './breaker.ts';

const policy: BreakerPolicy = { failuresToOpen: 3, firstPauseMs: 100, longestPauseMs: 300 };

const failed = (times: number, nowMs = 0): BreakerState =>
  Array.from({ length: times }).reduce<BreakerState>(
    (state) => failBreaker(state, nowMs, policy),
    closedBreaker,
  );

test('a closed breaker lets every call through and stays as it is', () => {
  expect(askBreaker(closedBreaker, 5)).toEqual([closedBreaker, true]);
});

test('it opens with the failure that reaches the limit, not before', () => {
  expect(failed(2)).toEqual({ isOpen: false, failures: 2 });
  expect(failed(3, 10)).toMatchObject({ isOpen: true, pauseMs: 100, trialAtMs: 110, isTrialOut: false });
});

test('an open breaker refuses until its pause is over and lets one trial through per pause', () => {
  const open = failed(3);
  expect(askBreaker(open, 99)).toEqual([open, false]);
  const [onTrial, mayCall] = askBreaker(open, 100);
  expect(mayCall).toBe(true);
  expect(askBreaker(onTrial, 199)).toEqual([onTrial, false]);
  expect(askBreaker(onTrial, 200)[1]).toBe(true);
});

test('failures of calls that were under way when it opened do not prolong the pause', () => {
  expect(failed(8)).toEqual(failed(3));
});

test.each([
  [1, 200],
  [2, 300],
  [5, 300],
])('after %i failed trials the pause is %i ms', (trials, pauseMs) => {
  let state = failed(3);
  let nowMs = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    nowMs = state.isOpen ? state.trialAtMs : nowMs;
    state = failBreaker(askBreaker(state, nowMs)[0], nowMs, policy);
  }
  expect(state).toMatchObject({ isOpen: true, pauseMs, trialAtMs: nowMs + pauseMs, isTrialOut: false });
});
