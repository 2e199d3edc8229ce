/**
 * Authenticates users by JWTs that are signed with a shared secret (HS256); `sub` is the user id. Several secrets may be valid
 * at the same time, so that one can replace another.
 */
import type { Authenticator } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify, SignJWT } from 'jose';
import { authenticationBy, refusalBy } from './claims.ts';

/** An HMAC key must not be shorter than the digest (RFC 7518, 3.2). */
const secretMinBytes = 32;

interface JwtAuthenticatorOptions {
  /** One or more texts of at least 32 UTF-8 bytes. A token may be signed with any of them. */
  readonly secret: string | readonly string[];
  /** A token without `exp` ends this long after its `iat`, ms; null (default): after 400 days. */
  readonly tokenMaxAgeMs?: number | null;
  /** Milliseconds since 1970; the times of tokens are compared with it. */
  readonly nowMs?: () => number;
}

function keyOf(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < secretMinBytes)
    throw new TypeError(`a JWT secret must have at least ${secretMinBytes} bytes`);
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

/** Checks the signature before the times, so only a token with a valid signature can be `token_expired`. */
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

/** @returns a token that `createJwtAuthenticator` accepts, with the same secret, until it expires */
export function issueJwt({ secret, userId, expiresInSec, nowMs = Date.now }: JwtGrant): Promise<string> {
  const nowSec = Math.floor(nowMs() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuedAt(nowSec)
    .setExpirationTime(nowSec + expiresInSec)
    .sign(keyOf(secret));
}
