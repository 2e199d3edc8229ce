import { userIdSchema } from '@plenum/protocol';
import { CompactSign, SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { createJwtAuthenticator, issueJwt } from './jwt.ts';

const secret = 'a secret of at least thirty-two bytes';
const key = new TextEncoder().encode(secret);
const userId = userIdSchema.parse('auth0|ann');
const nowMs = () => 1_700_000_000_000;
const authenticator = createJwtAuthenticator({ secret, nowMs });

const signed = (claims: Record<string, unknown>, alg = 'HS256', signingKey = key) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(signingKey);
const unauthenticated = { type: 'refused', code: 'unauthenticated' };

test('an issued token authenticates its user until it expires', async () => {
  const token = await issueJwt({ secret, userId, expiresInSec: 60, nowMs });
  expect(await authenticator.authenticate(token)).toEqual({
    type: 'user',
    userId,
    issuedAtMs: nowMs(),
    expiresAtMs: nowMs() + 60_000,
  });
});

test('an expired token has another code than a bad one', async () => {
  const token = await issueJwt({ secret, userId, expiresInSec: -1, nowMs });
  expect(await authenticator.authenticate(token)).toEqual({ type: 'refused', code: 'token_expired' });
});

const nowSec = nowMs() / 1000;
const daySec = 86_400;
const bounded = createJwtAuthenticator({ secret, nowMs, tokenMaxAgeMs: daySec * 1000 });

test.each<[string, Record<string, unknown>, number]>([
  ['without exp ends a day after it was issued', { iat: nowSec - 10 }, nowSec - 10 + daySec],
  ['that ends beyond every date is one without exp', { iat: nowSec, exp: 1e300 }, nowSec + daySec],
  ['with exp ends at exp, at any age', { iat: nowSec - 9 * daySec, exp: nowSec + 60 }, nowSec + 60],
  [
    'counts for 400 days at most',
    { iat: nowSec - daySec, exp: nowSec + 4000 * daySec },
    nowSec + 399 * daySec,
  ],
  ['without iat ends at exp', { exp: nowSec + 60 }, nowSec + 60],
  ['from a clock that is a minute ahead is taken', { iat: nowSec + 60, exp: nowSec + 90 }, nowSec + 90],
])('a token %s', async (_, claims, endSec) => {
  const found = await bounded.authenticate(await signed({ sub: 'ann', ...claims }));
  expect(found).toMatchObject({ type: 'user', expiresAtMs: endSec * 1000 });
});

test('without a maximum age a token without exp counts for 400 days', async () => {
  const found = await authenticator.authenticate(await signed({ sub: 'ann', iat: nowSec }));
  expect(found).toMatchObject({ type: 'user', expiresAtMs: (nowSec + 400 * daySec) * 1000 });
});

test('a token without iat that would outlive a revocation is refused, also without a maximum age', async () => {
  const verdictOn = async (claims: Record<string, unknown>) =>
    authenticator.authenticate(await signed({ sub: 'ann', ...claims }));
  for (const claims of [{}, { exp: nowSec + 401 * daySec }, { exp: 1e300 }]) {
    expect(await verdictOn(claims)).toEqual({ type: 'refused', code: 'unauthenticated' });
  }
  expect(await verdictOn({ exp: nowSec + 399 * daySec })).toMatchObject({ type: 'user' });
});

test.each<[string, string, Record<string, unknown>]>([
  ['from more than a minute ahead', 'unauthenticated', { iat: nowSec + 61 }],
  ['from a year ahead', 'unauthenticated', { iat: nowSec + 365 * daySec, exp: nowSec + 366 * daySec }],
  ['without exp and iat', 'unauthenticated', {}],
  ['without exp, issued more than a day ago', 'token_expired', { iat: nowSec - daySec - 1 }],
  ['whose exp is a text', 'unauthenticated', { iat: nowSec, exp: '9999999999' }],
  ['whose iat is a text', 'unauthenticated', { iat: '1', exp: nowSec + 60 }],
  ['whose exp is before 1970', 'token_expired', { iat: nowSec, exp: -1 }],
  ['whose exp is 0', 'token_expired', { iat: nowSec, exp: 0 }],
  ['whose iat is before 1970', 'token_expired', { iat: -1e300 }],
  ['that is 400 days old', 'token_expired', { iat: nowSec - 400 * daySec, exp: nowSec + 60 }],
])('a token %s is %s', async (_, code, claims) => {
  const token = await signed({ sub: 'ann', ...claims });
  expect(await bounded.authenticate(token)).toEqual({ type: 'refused', code });
});

test.each(['"iat":1e999', '"iat":-1e999', '"exp":1e999', '"nbf":1e999'])(
  'a token with %s is unauthenticated',
  async (claim) => {
    const payload = new TextEncoder().encode(`{"sub":"ann","iat":${nowSec},${claim}}`);
    const token = await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await authenticator.authenticate(token)).toEqual(unauthenticated);
  },
);

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

test('each of several secrets counts, and an old token of any of them is expired', async () => {
  const other = 'another secret, which replaces the first one';
  const both = createJwtAuthenticator({ secret: [other, secret], nowMs });
  for (const one of [secret, other]) {
    const token = await issueJwt({ secret: one, userId, expiresInSec: 60, nowMs });
    expect(await both.authenticate(token)).toMatchObject({ type: 'user', userId });
    const old = await issueJwt({ secret: one, userId, expiresInSec: -60, nowMs });
    expect(await both.authenticate(old)).toMatchObject({ type: 'refused', code: 'token_expired' });
  }
  const third = await issueJwt({ secret: 'x'.repeat(32), userId, expiresInSec: 60, nowMs });
  expect(await both.authenticate(third)).toMatchObject({ type: 'refused', code: 'unauthenticated' });
  expect(() => createJwtAuthenticator({ secret: [] })).toThrow('at least one JWT secret');
});
