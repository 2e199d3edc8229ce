/** Users by JWT: HS256 with one shared secret, `sub` is the user id. */
import type { Authenticator } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { jwtVerify, SignJWT } from 'jose';
import { authenticationBy, refusalBy } from './claims.ts';

/** An HMAC key shorter than the digest weakens it (RFC 7518, 3.2). */
const secretMinBytes = 32;

interface JwtAuthenticatorOptions {
  /** Text of at least 32 UTF-8 bytes. */
  readonly secret: string;
  /** Milliseconds since 1970; `exp` and `nbf` are compared with it. */
  readonly nowMs?: () => number;
}

function keyOf(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < secretMinBytes) throw new TypeError(`a JWT secret has at least ${secretMinBytes} bytes`);
  return key;
}

/** Accepts nothing but HS256: `alg: none` and other algorithms are refused whatever the token says. */
export function createJwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const key = keyOf(options.secret);
  const nowMs = options.nowMs ?? Date.now;
  return {
    async authenticate(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          currentDate: new Date(nowMs()),
        });
        return authenticationBy(payload);
      } catch (error) {
        return refusalBy(error);
      }
    },
  };
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
