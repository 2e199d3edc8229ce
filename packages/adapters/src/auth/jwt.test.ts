import { userIdSchema } from '@plenum/protocol';
import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { createJwtAuthenticator, issueJwt } from './jwt.ts';

const secret = 'a secret of at least thirty-two bytes';
const key = new TextEncoder().encode(secret);
const userId = userIdSchema.parse('auth0|ann');
const nowMs = () => 1_700_000_000_000;
const authenticator = createJwtAuthenticator({ secret, nowMs });

const signed = (claims: Record<string, unknown>, alg = 'HS256', signingKey = key) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(signingKey);
const unauthenticated = { outcome: 'refused', code: 'unauthenticated' };

test('an issued token authenticates its user until it expires', async () => {
  const token = await issueJwt({ secret, userId, expiresInSec: 60, nowMs });
  expect(await authenticator.authenticate(token)).toEqual({
    outcome: 'user',
    userId,
    issuedAtMs: nowMs(),
    expiresAtMs: nowMs() + 60_000,
  });
});

test('an expired token is told apart from a bad one', async () => {
  const token = await issueJwt({ secret, userId, expiresInSec: -1, nowMs });
  expect(await authenticator.authenticate(token)).toEqual({ outcome: 'refused', code: 'token_expired' });
});

test('a token without exp never expires', async () => {
  const token = await signed({ sub: 'ann' });
  expect(await authenticator.authenticate(token)).toMatchObject({ outcome: 'user', expiresAtMs: null });
});

test('a token that ends beyond every date never expires', async () => {
  const token = await signed({ sub: 'ann', exp: 1e300 });
  expect(await authenticator.authenticate(token)).toMatchObject({ outcome: 'user', expiresAtMs: null });
});

test('alg none is refused', async () => {
  const token = new UnsecuredJWT({ sub: 'ann' }).encode();
  expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
});

test('another algorithm with the right secret is refused', async () => {
  const long = 'a secret of at least sixty-four bytes, since HS512 asks for that many';
  const token = await signed({ sub: 'ann' }, 'HS512', new TextEncoder().encode(long));
  expect(await createJwtAuthenticator({ secret: long, nowMs }).authenticate(token)).toEqual(unauthenticated);
});

test('a token signed with another secret is refused', async () => {
  const token = await issueJwt({ secret: secret.toUpperCase(), userId, expiresInSec: 60, nowMs });
  expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
});

test('a token that is not valid yet is refused', async () => {
  const token = await signed({ sub: 'ann', nbf: nowMs() / 1000 + 60 });
  expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
});

test.each([undefined, '', '$service', '..', 'a b', 'x'.repeat(129), 7])(
  'the subject %o is refused',
  async (sub) => {
    const token = await signed({ ...(sub === undefined ? {} : { sub }) });
    expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
  },
);

test.each(['', 'x', 'a.b.c', '...', 'ey'.repeat(4000)])('the text %# is refused', async (token) => {
  expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
});

test('a short secret is refused at once', () => {
  expect(() => createJwtAuthenticator({ secret: 'short' })).toThrow('at least 32 bytes');
});

test('of several secrets each counts, and a token says itself whether it is too old', async () => {
  const other = 'another secret, which replaces the first one';
  const both = createJwtAuthenticator({ secret: [other, secret], nowMs });
  for (const one of [secret, other]) {
    const token = await issueJwt({ secret: one, userId, expiresInSec: 60, nowMs });
    expect(await both.authenticate(token)).toMatchObject({ outcome: 'user', userId });
    const old = await issueJwt({ secret: one, userId, expiresInSec: -60, nowMs });
    expect(await both.authenticate(old)).toMatchObject({ outcome: 'refused', code: 'token_expired' });
  }
  const third = await issueJwt({ secret: 'x'.repeat(32), userId, expiresInSec: 60, nowMs });
  expect(await both.authenticate(third)).toMatchObject({ outcome: 'refused', code: 'unauthenticated' });
  expect(() => createJwtAuthenticator({ secret: [] })).toThrow('at least one JWT secret');
});
