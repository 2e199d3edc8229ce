/** Users by JWT: HS256 with shared secrets, all of which count while one replaces another; `sub` is the user id. */
import type { Authenticator } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify, SignJWT } from 'jose';
import { authenticationBy, refusalBy } from './claims.ts';

/** An HMAC key shorter than the digest weakens it (RFC 7518, 3.2). */
const secretMinBytes = 32;

interface JwtAuthenticatorOptions {
  /** Each a text of at least 32 UTF-8 bytes; all of them count. */
  readonly secret: string | readonly string[];
  /** Until when a token without `exp` counts, ms after its `iat`; null (default): for as long as any token may. */
  readonly tokenMaxAgeMs?: number | null;
  /** Milliseconds since 1970; the times of tokens are compared with it. */
  readonly nowMs?: () => number;
}

function keyOf(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < secretMinBytes) throw new TypeError(`a JWT secret has at least ${secretMinBytes} bytes`);
  return key;
}

/** Accepts HS256 only: the header of a token does not choose the algorithm. */
export function createJwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const [first, ...others] = [options.secret].flat().map(keyOf);
  if (first === undefined) throw new TypeError('tokens need at least one JWT secret');
  const { nowMs: readNowMs = Date.now, tokenMaxAgeMs: maxAgeMs = null } = options;
  return {
    async authenticate(token) {
      try {
        const nowMs = readNowMs();
        const expected = { algorithms: ['HS256'], currentDate: new Date(nowMs) };
        const claims = await verifiedBy(token, [first, ...others], expected);
        return authenticationBy(claims, { leewaySec: 0, maxAgeMs, nowMs });
      } catch (error) {
        return refusalBy(error);
      }
    },
  };
}

/** The signature comes before the times: only a token with a good signature is `token_expired`. */
async function verifiedBy(
  token: string,
  [key, ...others]: readonly [Uint8Array, ...Uint8Array[]],
  expected: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, expected)).payload;
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    return verifiedBy(token, [next, ...rest], expected);
  }
}

interface JwtGrant {
  readonly secret: string;
  readonly userId: UserId;
  readonly expiresInSec: number;
  /** Milliseconds since 1970. */
  readonly nowMs?: () => number;
}

/** @returns a token that `createJwtAuthenticator` with the same secret accepts until it expires. */
export function issueJwt({ secret, userId, expiresInSec, nowMs = Date.now }: JwtGrant): Promise<string> {
  const nowSec = Math.floor(nowMs() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuedAt(nowSec)
    .setExpirationTime(nowSec + expiresInSec)
    .sign(keyOf(secret));
}
