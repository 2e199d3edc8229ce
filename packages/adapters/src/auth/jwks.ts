/** Authenticates users by JWTs whose public keys an identity provider publishes (JWKS). */
import { type Authenticator, type Clock, PlenumError, systemClock } from '@plenum/core';
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { type AllowList, createAllowList, placeProblem } from '../webhooks/allow-list.ts';
import { createConnector } from '../webhooks/guarded-connector.ts';
import { authenticationBy, refusalBy } from './claims.ts';
import { createKeySet, type KeySetOptions, keySetProblem } from './key-set.ts';

export interface JwksAuthenticatorOptions {
  /** `https://…`; `http://` only with `allowPrivate` or for a host in `allow`. */
  readonly url: string;
  /** The required value of `iss`; undefined: any. */
  readonly issuer?: string;
  /** A value that `aud` must contain; undefined: any. */
  readonly audience?: string;
  /** True to allow plain HTTP, for networks in which no third party can change the keys on their way. */
  readonly allowPrivate?: boolean;
  /** Hosts and CIDR blocks of providers that may use plain HTTP. Default: none. */
  readonly allow?: readonly string[];
  /** Allowed difference between the clocks of node and provider, s; default 5. */
  readonly leewaySec?: number;
  /** A token without `exp` ends this long after its `iat`, ms; null (default): after 400 days. */
  readonly tokenMaxAgeMs?: number | null;
  /** Time limit of one fetch of the keys, ms; default 2,000. */
  readonly timeoutMs?: number;
  /** See `KeySetOptions`; default 10,000. */
  readonly cooldownMs?: number;
  /** Default ten minutes. */
  readonly maxAgeMs?: number;
  /** Default one day. */
  readonly maxStaleMs?: number;
  readonly clock?: Clock;
  /** Milliseconds since 1970; `exp` and `nbf` are compared with it. */
  readonly nowMs?: () => number;
}

/**
 * The accepted algorithms; a token cannot choose another one. HMAC is excluded, because the public key would be its secret,
 * and so is `none`.
 */
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
  // TLS proves the identity of the provider at any address. Over plain HTTP only the address can be checked.
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

/** @returns a sentence that says why the keys cannot be fetched now; null if they can */
export async function jwksProblem(options: JwksAuthenticatorOptions): Promise<string | null> {
  const keySet = keySetOptionsOf(options);
  const why = await keySetProblem(keySet);
  return why === null ? null : `The keys of ${keySet.url.host} (PLENUM_JWKS_URL) cannot be fetched: ${why}`;
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

/** Tries each key for a token that names none, when several keys fit its algorithm. */
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
 * The keys are fetched when the first token comes. While the provider is away, its last keys are used. If they do not contain
 * the key of a token, the answer is `unavailable`, which a client retries, and not `unauthenticated`.
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
