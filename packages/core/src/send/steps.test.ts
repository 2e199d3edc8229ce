import { expect, test } from 'vitest';
import { defaultMiddlewares, orderProblems, type StepName, stepsOf } from './steps.ts';

const words = (steps: readonly StepName[]) =>
  steps
    .map((one) => {
      if (one.type === 'custom') return one.name;
      return one.type === 'append' && one.isRateLimited ? 'append+rate' : one.type;
    })
    .join(' ');

const none = { auth: false, moderation: false, custom: [] };
const both = { auth: true, moderation: true, custom: [] };

test.each([
  ['there is no adapter', defaultMiddlewares, none, 'append+rate'],
  ['there is no adapter and rates are not limited', ['auth'], none, 'append'],
  ['both are asked', defaultMiddlewares, both, 'admit auth rate_limit moderation append'],
  ['only auth is asked', defaultMiddlewares, { ...both, moderation: false }, 'admit auth append+rate'],
  ['only moderation is asked', defaultMiddlewares, { ...both, auth: false }, 'rate_limit moderation append'],
  ['moderation comes first', ['moderation', 'rate_limit'], both, 'admit moderation append+rate'],
  ['rates are not limited', ['moderation', 'auth'], both, 'admit moderation auth append'],
  ['an adapter is left out', ['rate_limit', 'auth'], both, 'rate_limit auth append'],
  ['the rate is first', ['rate_limit', 'auth', 'moderation'], both, 'rate_limit auth moderation append'],
  [
    'a custom middleware is asked',
    ['own', 'rate_limit'],
    { ...none, custom: ['own'] },
    'admit own append+rate',
  ],
  ['no step is left', [], none, 'append'],
])('where %s, %j with %o are the steps: %s', (_, order, askable, expected) => {
  expect(words(stepsOf(order, askable))).toBe(expected);
});

test.each([
  [['auth', 'ratelimit'], [], 'middleware "ratelimit" is unknown: there are auth, rate_limit, moderation'],
  [['auth', 'auth'], [], 'middleware "auth" is in the order more than once'],
  [['auth'], ['auth'], 'middleware "auth" has the name of a built-in step'],
  [['auth'], ['own'], 'middleware "own" is not in the order of middlewares'],
])('the order %j with middlewares %j is refused', (order, custom, problem) => {
  expect(orderProblems(order, custom)).toEqual([problem]);
});

test('the default order, and one with a custom middleware in it, have no problems', () => {
  expect(orderProblems(defaultMiddlewares, [])).toEqual([]);
  expect(orderProblems(['own', ...defaultMiddlewares], ['own'])).toEqual([]);
});
