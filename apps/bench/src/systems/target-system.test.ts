import { expect, test } from 'vitest';
import { openTarget } from './target-system.ts';

const opened = (url: string) => openTarget({ urls: [url], secret: null, redisUrl: null });
const refusalOf = (url: string): string => {
  try {
    return opened(url).urls.join();
  } catch (error) {
    return String(error);
  }
};

test.each(['https://ann:hunter2@chat.example', 'redis://:hunter2@cache:6379', 'ann:hunter2@chat.example'])(
  'the password in %s is refused, and is not in the sentence',
  (url) => {
    expect(refusalOf(url)).toBe('Error: the URL of a target has no user and no password: leave them out');
  },
);

test('a target is an http:// or https:// URL', () => {
  expect(opened('https://chat.example').urls).toEqual(['https://chat.example']);
  expect(refusalOf('ws://chat.example')).toMatch('a target is an http:// or https:// URL');
});
