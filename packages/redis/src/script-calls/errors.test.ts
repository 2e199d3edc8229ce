import { PlenumError } from '@plenum/core';
import { ReplyError } from 'ioredis';
import { expect, test } from 'vitest';
import { translate } from './errors.ts';

test.each([
  ['OOM command not allowed when used memory > maxmemory.', 'unavailable'],
  ['READONLY You can not write against a read only replica.', 'unavailable'],
  ['LOADING Redis is loading the dataset in memory', 'unavailable'],
  ['NOSCRIPT No matching script. Please use EVAL.', 'unavailable'],
  ['NOREPLICAS Not enough good replicas to write.', 'unavailable'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'unavailable'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'internal'],
  ['ERR user_script:12: attempt to index a nil value', 'internal'],
])('Redis saying "%s" is %s', (message, code) => {
  expect(translate(new ReplyError(message), true).failure.code).toBe(code);
});

test('a lost connection leaves the outcome of what may have run unknown', () => {
  expect(translate(new Error('Connection is closed.'), true).failure.code).toBe('timeout');
});

test('a lost connection does nothing to what was never sent', () => {
  expect(translate(new Error('Connection is closed.'), false).failure.code).toBe('unavailable');
});

test('what was translated stays as it is', () => {
  const error = PlenumError.of('invalid_args');
  expect(translate(error, true)).toBe(error);
});
