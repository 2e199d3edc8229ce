import { expect, test } from 'vitest';
import { concealing, secretsAmong } from './hidden-texts.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

test.each([
  ['a password in a URL', 'at redis://plenum:hunter2@host:6379', 'hunter2'],
  ['a password with signs', 'redis://:p@ss/w#rd@host:6379 is away', 'p@ss/w#rd'],
  ['a query', 'https://hooks.example/x?key=abcdef', 'abcdef'],
  ['a JWT', `invalid token ${jwt}`, jwt],
  ['a bearer token', 'authorization: Bearer abc.def-123', 'abc.def-123'],
  ['a secret of webhooks', 'signed by whsec_MfKQ9r8GKYqrTwjU', 'MfKQ9r8GKYqrTwjU'],
  ['random bytes in hex', `secret ${'0f'.repeat(32)} used`, '0f'.repeat(32)],
  [
    'an admin token',
    'token x7Gk2pQ9vLmN4rT8sW1yZ3bC6dF0hJ5kA-_uEiOq2w4 used',
    'x7Gk2pQ9vLmN4rT8sW1yZ3bC6dF0hJ5kA',
  ],
])('%s is hidden wherever it is', (_, text, secret) => {
  const shown = JSON.stringify(concealing([])({ a: [text], [text]: { b: text } }));
  expect(shown).not.toContain(secret);
});

test('secrets of variables, of other programs too, are hidden; words and numbers are not', () => {
  const conceal = concealing(
    secretsAmong({
      STRIPE_API_KEY: 'sk-live-1',
      DB_PASSWORD: 'quo"te\\d',
      PLENUM_JWT_SECRET: ['first-one', 'second,one'],
      PLENUM_ARCHIVE_URL: 'postgres://app:l%40tter@db/chat',
      REDIS_URL: 'redis://:one-pass@a:1,redis://:two-pass@b:2',
      PLENUM_TOKEN_MAX_AGE: '24h',
      PORT: '3000',
    }),
  );
  const shown = JSON.stringify(
    conceal('sk-live-1 quo"te\\d first-one second,one l%40tter l@tter one-pass two-pass 24h 3000'),
  );
  expect(JSON.parse(shown)).toBe('*** *** *** *** *** *** *** *** 24h 3000');
});

test('a secret like a URL is hidden as a whole, and of an address only its secret parts', () => {
  const conceal = concealing(
    secretsAmong({
      OTHER_PASSWORD: 'ab://cd,ef://gh',
      PLENUM_AUTH_URL: 'https://me:hunter2@auth.example/check',
    }),
  );
  const text = 'ab://cd,ef://gh and ef://gh, asked https://auth.example/check with hunter2';
  expect(conceal(text)).toBe('*** and ***, asked https://auth.example/check with ***');
});

test('what a database URL says besides its password hides no names of metrics', () => {
  const url =
    'postgres://app:hunter2@db/chat?application_name=plenum&statement_timeout=60000&password=l3tter';
  const conceal = concealing(secretsAmong({ PLENUM_ARCHIVE_URL: url }));
  expect(conceal('plenum_sockets 60000 hunter2 l3tter')).toBe('plenum_sockets 60000 *** ***');
});

test('names of metrics and plain texts stay', () => {
  const text = 'plenum_feed_entries_repaired_total 7 nodejs_eventloop_lag_seconds at https://host/v1/nodes';
  expect(concealing([])(text)).toBe(text);
});
