import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-address.ts';

test('an address is named without its password', () => {
  expect(parseRedisUrl('redis://user:secret@cache:6380/2').name).toBe('cache:6380');
});

test('a missing port is the one of Redis and rediss means TLS', () => {
  expect(parseRedisUrl('rediss://cache')).toMatchObject({ name: 'cache:6379', isTls: true });
});

test.each([
  ['redis://a:1,redis://b:2', /several nodes/],
  ['redis+sentinel://a:1,b:2/main', /several nodes/],
  ['redis+sentinel://a:1/main', /Sentinels/],
  ['http://a', /not a redis/],
  ['nonsense', /not a redis/],
  ['redis://', /not a redis/],
])('%s is refused with one sentence', (url, sentence) => {
  expect(() => parseRedisUrl(url)).toThrow(sentence);
});
