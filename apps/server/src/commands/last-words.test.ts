import { PlenumError } from '@plenum/core';
import { expect, test } from 'vitest';
import { lastWords } from './last-words.ts';

test('a failure of the table of errors is said with what is behind it, without a password', () => {
  const cause = new Error('no answer from redis://u:hush@h:1 within 100 ms', {
    cause: new Error('no answer'),
  });
  expect(lastWords(PlenumError.of('unavailable', { cause }))).toBe(
    'The service cannot do this right now: no answer from redis://***@h:1 within 100 ms',
  );
});

test('a sentence is printed unchanged, a bug with its stack', () => {
  expect(lastWords(new Error('Set REDIS_URL.', { cause: new Error('ECONNREFUSED') }))).toBe('Set REDIS_URL.');
  expect(lastWords(new TypeError('x is not a function'))).toMatch(/^TypeError: x is not a function\n +at /);
  expect(lastWords('gone')).toBe('gone');
});
