/** Tokens against keys that a provider publishes: rotation, outages, and every way to choose one's own key. */
import { PlenumError } from '@plenum/core';
import { eventually, ManualClock } from '@plenum/testkit';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJwksAuthenticator, type JwksAuthenticatorOptions } from '../src/index.ts';
import { HttpReceiver } from './http-receiver.ts';

/** `iat` of tokens without other claims: a token without `iat` would need an `exp`. */
const issuedSec = Math.floor(Date.now() / 1000);

async function makeKey(kid: string, alg = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg };
  const sign = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT({ iat: issuedSec, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  return { jwk, sign, publicKey };
}

const unauthenticated = { type: 'refused', code: 'unauthenticated' };
const ann = expect.objectContaining({ type: 'user', userId: 'ann' });
const cooldownMs = 10_000;

let provider: HttpReceiver;
let clock: ManualClock;
beforeEach(async () => {
  provider = await HttpReceiver.start();
  clock = new ManualClock();
});
afterEach(() => provider[Symbol.asyncDispose]());

const publish = (...keys: readonly JWK[]) => {
  provider.answering = () => ({ status: 200, body: JSON.stringify({ keys }) });
};
const authenticator = (options: Partial<JwksAuthenticatorOptions> = {}) =>
  createJwksAuthenticator({ url: provider.url, allowPrivate: true, clock, timeoutMs: 2000, ...options });

describe('tokens', () => {
  test.each(['ES256', 'RS256', 'PS512', 'Ed25519'])('a token signed with %s is its subject', async (alg) => {
    const key = await makeKey('one', alg);
    publish(key.jwk);
    expect(await authenticator().authenticate(await key.sign({ sub: 'ann' }))).toEqual(ann);
  });

  test('keys are fetched once for many tokens at the same time', async () => {
    const key = await makeKey('one');
    publish(key.jwk);
    const { authenticate } = authenticator();
    const token = await key.sign({ sub: 'ann' });
    await Promise.all(Array.from({ length: 20 }, () => authenticate(token)));
    expect(provider.received).toHaveLength(1);
  });

  test('alg none, HMAC with the public key and a key of the token itself are refused', async () => {
    const key = await makeKey('one');
    const own = await makeKey('one');
    publish(key.jwk);
    const secret = new TextEncoder().encode(await exportSPKI(key.publicKey));
    const forged = [
      new UnsecuredJWT({ sub: 'ann' }).encode(),
      await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret),
      await own.sign({ sub: 'ann' }, { jwk: own.jwk }),
      await own.sign({ sub: 'ann' }, { jku: 'https://evil.example/keys' }),
    ];
    for (const token of forged) expect(await authenticator().authenticate(token)).toEqual(unauthenticated);
  });

  test.each([{}, { sub: '$service' }, { sub: 7 }, { sub: '' }, { sub: 'a b' }])(
    'claims %j name no user',
    async (claims) => {
      const key = await makeKey('one');
      publish(key.jwk);
      expect(await authenticator().authenticate(await key.sign(claims))).toEqual(unauthenticated);
    },
  );

  test('issuer and audience have to be the ones that are configured', async () => {
    const key = await makeKey('one');
    publish(key.jwk);
    const { authenticate } = authenticator({ issuer: 'https://id.example', audience: 'chat' });
    const good = { sub: 'ann', iss: 'https://id.example', aud: ['chat', 'mail'] };
    expect(await authenticate(await key.sign(good))).toEqual(ann);
    for (const bad of [
      { iss: 'https://other.example' },
      { aud: 'mail' },
      { iss: undefined },
      { aud: undefined },
    ]) {
      expect(await authenticate(await key.sign({ ...good, ...bad }))).toEqual(unauthenticated);
    }
  });

  test('a token is taken until its end and the leeway have passed, and not before its beginning', async () => {
    const key = await makeKey('one');
    publish(key.jwk);
    const nowSec = 1_700_000_000;
    const { authenticate } = authenticator({ nowMs: () => nowSec * 1000, leewaySec: 5 });
    const sign = (claims: object) => key.sign({ sub: 'ann', iat: nowSec - 60, ...claims });
    expect(await authenticate(await sign({ exp: nowSec - 4 }))).toMatchObject({
      userId: 'ann',
      expiresAtMs: (nowSec + 1) * 1000,
    });
    const late = await sign({ exp: nowSec - 6 });
    expect(await authenticate(late)).toEqual({ type: 'refused', code: 'token_expired' });
    expect(await authenticate(await sign({ nbf: nowSec + 4 }))).toEqual(ann);
    expect(await authenticate(await sign({ nbf: nowSec + 6 }))).toEqual(unauthenticated);
  });

  test('a token without a key id is tried with every key of its kind', async () => {
    const [first, second, third] = await Promise.all(['a', 'b', 'c'].map((kid) => makeKey(kid)));
    publish(...[first, second].flatMap((key) => (key === undefined ? [] : [key.jwk])));
    const { authenticate } = authenticator();
    const withoutId = (key: typeof first) => key?.sign({ sub: 'ann' }, { kid: undefined }) ?? '';
    expect(await authenticate(await withoutId(second))).toEqual(ann);
    expect(await authenticate(await withoutId(third))).toEqual(unauthenticated);
  });
});

describe('rotation', () => {
  test('a new key is found when a token names it', async () => {
    const [old, next] = [await makeKey('old'), await makeKey('next')];
    publish(old.jwk);
    const { authenticate } = authenticator({ cooldownMs: 50 });
    expect(await authenticate(await old.sign({ sub: 'ann' }))).toEqual(ann);
    publish(old.jwk, next.jwk);
    const token = await next.sign({ sub: 'ann' });
    await eventually(async () => expect(await authenticate(token)).toEqual(ann));
    expect(await authenticate(await old.sign({ sub: 'ann' }))).toEqual(ann);
  });

  test('tokens that name unknown keys do not make the provider busy', async () => {
    const [known, foreign] = [await makeKey('known'), await makeKey('foreign')];
    publish(known.jwk);
    const { authenticate } = authenticator({ cooldownMs: 600_000 });
    const token = await foreign.sign({ sub: 'ann' });
    for (let count = 0; count < 20; count += 1) expect(await authenticate(token)).toEqual(unauthenticated);
    expect(provider.received).toHaveLength(1);
  });

  test('a key that was taken back ends with the age of the set', async () => {
    const [old, next] = [await makeKey('old'), await makeKey('next')];
    publish(old.jwk);
    const { authenticate } = authenticator({ maxAgeMs: 50 });
    const token = await old.sign({ sub: 'ann' });
    expect(await authenticate(token)).toEqual(ann);
    publish(next.jwk);
    await eventually(async () => expect(await authenticate(token)).toEqual(unauthenticated));
  });
});

describe('a provider that is away', () => {
  const isUnavailable = async (call: Promise<unknown>) => {
    const error: unknown = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return error instanceof PlenumError && error.failure.code === 'unavailable';
  };

  test.each<[string, HttpReceiver['answering']]>([
    ['an error', () => ({ status: 500 })],
    ['silence', () => 'silence'],
    ['a cut connection', () => 'reset'],
    ['a redirect', () => ({ status: 302, headers: { location: 'https://evil.example/' } })],
    ['no JSON', () => ({ status: 200, body: '<html>' })],
    ['no key set', () => ({ status: 200, body: '{"keys":7}' })],
    ['a set without an end', () => 'endless'],
  ])('with %s for an answer a token is not refused as bad, and works later', async (_, answering) => {
    const key = await makeKey('one');
    provider.answering = answering;
    const { authenticate } = authenticator();
    const token = await key.sign({ sub: 'ann' });
    expect(await isUnavailable(authenticate(token))).toBe(true);
    const asked = provider.received.length;
    expect(await isUnavailable(authenticate(token))).toBe(true);
    expect(provider.received).toHaveLength(asked);
    publish(key.jwk);
    await clock.advance(cooldownMs);
    expect(await authenticate(token)).toEqual(ann);
  });

  test('its last keys count for their time, and an unknown key may be a new one', async () => {
    const [known, other] = [await makeKey('known'), await makeKey('other')];
    publish(known.jwk);
    const { authenticate } = authenticator({ maxAgeMs: 0, maxStaleMs: 60_000 });
    const token = await known.sign({ sub: 'ann' });
    expect(await authenticate(token)).toEqual(ann);
    provider.answering = () => ({ status: 500 });
    expect(await authenticate(token)).toEqual(ann);
    expect(await isUnavailable(authenticate(await other.sign({ sub: 'ann' })))).toBe(true);
    expect(await authenticate('no token')).toEqual(unauthenticated);
    await clock.advance(60_001);
    expect(await isUnavailable(authenticate(token))).toBe(true);
  });
});

test.each(['http://id.example/keys', 'keys', 'file:///etc/passwd'])(
  'the URL %s is refused at once',
  (url) => {
    expect(() => createJwksAuthenticator({ url })).toThrow('must be https://');
  },
);

test('the keys of an internal provider are fetched over plain http only where that is allowed', async () => {
  const { jwk, sign } = await makeKey('inside');
  publish(jwk);
  const url = provider.url.replace('127.0.0.1', 'localhost').replace('//', '//reader:p%2Fss@');
  const token = await sign({ sub: 'ann' });
  for (const allow of [['localhost'], ['127.0.0.0/8', '::1']]) {
    const authenticator = createJwksAuthenticator({ url, allow });
    expect(await authenticator.authenticate(token)).toMatchObject({ type: 'user', userId: 'ann' });
  }
  const basic = `Basic ${Buffer.from('reader:p/ss').toString('base64')}`;
  expect(provider.received[0]?.headers.authorization).toBe(basic);
  expect(() => createJwksAuthenticator({ url, allow: ['id.internal'] })).toThrow('must be https://');
  const elsewhere = createJwksAuthenticator({ url, allow: ['10.0.0.0/8'] });
  await expect(elsewhere.authenticate(token)).rejects.toMatchObject({ failure: { code: 'unavailable' } });
});
