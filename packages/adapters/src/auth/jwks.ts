/** Users by JWT whose keys an identity provider publishes (JWKS): signatures with public keys only. */
import { type Authenticator, type Clock, PlenumError, systemClock } from '@plenum/core';
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { type AllowList, createAllowList, placeProblem } from '../webhooks/allow-list.ts';
import { createConnector } from '../webhooks/guarded-connector.ts';
import { authenticationBy, refusalBy } from './claims.ts';
import { createKeySet, type KeySetOptions, keySetProblem } from './key-set.ts';

export interface JwksAuthenticatorOptions {
  /** `https://…`; `http://` with `allowPrivate` only. */
  readonly url: string;
  /** Of `iss`; undefined: any. */
  readonly issuer?: string;
  /** In `aud`; undefined: any. */
  readonly audience?: string;
  /** True: plain HTTP too, for networks where the keys cannot be changed on their way. */
  readonly allowPrivate?: boolean;
  /** Hosts and CIDR blocks of providers that may use plain HTTP. Default: none. */
  readonly allow?: readonly string[];
  /** By how much the clocks of node and provider may differ; default 5. */
  readonly leewaySec?: number;
  /** Until when a token without `exp` counts, ms after its `iat`; null (default): for as long as any token may. */
  readonly tokenMaxAgeMs?: number | null;
  /** Of one fetch of the keys; default 2,000. */
  readonly timeoutMs?: number;
  /** See the key set; default 10,000. */
  readonly cooldownMs?: number;
  /** Default ten minutes. */
  readonly maxAgeMs?: number;
  /** Default one day. */
  readonly maxStaleMs?: number;
  readonly clock?: Clock;
  /** Milliseconds since 1970; `exp` and `nbf` are compared with it. */
  readonly nowMs?: () => number;
}

/** Fixed: a token never chooses. No HMAC, since the public key would be its secret, and never `none`. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

function checkedUrl(text: string, allowPrivate: boolean, allow: AllowList): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && (allowPrivate || placeProblem(url, allow) === null)) return url;
  throw new TypeError('the URL of the key set must be https://');
}

type Verify = (token: string) => Promise<JWTPayload>;

function keySetOptionsOf(options: JwksAuthenticatorOptions): KeySetOptions {
  const { clock = systemClock } = options;
  const allow = createAllowList(options.allow ?? []);
  const allowPrivate = options.allowPrivate ?? false;
  const url = checkedUrl(options.url, allowPrivate, allow);
  const timeoutMs = options.timeoutMs ?? 2000;
  // TLS proves the identity of the provider at any address; over plain HTTP only its address can be checked.
  const isAnywhere = allowPrivate || url.protocol === 'https:';
  return {
    url,
    connect: createConnector({ allowPrivate: isAnywhere, allow, timeoutMs }),
    clock,
    timeoutMs,
    cooldownMs: options.cooldownMs ?? 10_000,
    maxAgeMs: options.maxAgeMs ?? 600_000,
    maxStaleMs: options.maxStaleMs ?? 86_400_000,
  };
}

/** @returns a sentence about a provider whose keys cannot be fetched now; null: they can */
export async function jwksProblem(options: JwksAuthenticatorOptions): Promise<string | null> {
  const keySet = keySetOptionsOf(options);
  const why = await keySetProblem(keySet);
  return why === null ? null : `The keys of ${keySet.url.host} (PLENUM_JWKS_URL) cannot be had: ${why}`;
}

function verifierOf(options: JwksAuthenticatorOptions, leewaySec: number): Verify {
  const { issuer, audience, nowMs = Date.now } = options;
  const keyOf = createKeySet(keySetOptionsOf(options));
  const expected: JWTVerifyOptions = {
    algorithms,
    clockTolerance: leewaySec,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  return async (token) => {
    const now: JWTVerifyOptions = { ...expected, currentDate: new Date(nowMs()) };
    try {
      return (await jwtVerify(token, keyOf, now)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyWithAny(token, error, now);
    }
  };
}

/** A token without a key id, and several keys of its kind: any of them may be the one. */
async function verifyWithAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/**
 * The first token fetches the keys. While the provider is away its last keys count; a token that they cannot decide is
 * `unavailable`, which may pass, and never `unauthenticated`.
 * @throws TypeError for a URL that cannot be used
 */
export function createJwksAuthenticator(options: JwksAuthenticatorOptions): Authenticator {
  const { leewaySec = 5, tokenMaxAgeMs: maxAgeMs = null, nowMs = Date.now } = options;
  const verify = verifierOf(options, leewaySec);
  return {
    async authenticate(token) {
      try {
        return authenticationBy(await verify(token), { leewaySec, maxAgeMs, nowMs: nowMs() });
      } catch (error) {
        if (error instanceof PlenumError) throw error;
        return refusalBy(error);
      }
    },
  };
}
