/** Users by JWT: HS256 with one shared secret, `sub` is the user id. */
import type { Authentication, Authenticator } from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';

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

/** The last moment that a date can name; a token that says to live longer never ends. */
const lastMs = 8.64e15;

function endOf(expSec: number | undefined): number | null {
  const expiresAtMs = expSec === undefined ? null : expSec * 1000;
  return expiresAtMs === null || expiresAtMs > lastMs ? null : expiresAtMs;
}

const refuse = (code: 'unauthenticated' | 'token_expired'): Authentication => ({ outcome: 'refused', code });

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
        const user = userIdSchema.safeParse(payload.sub);
        if (!user.success) return refuse('unauthenticated');
        const issuedAtMs = payload.iat === undefined ? null : Math.floor(payload.iat) * 1000;
        return { outcome: 'user', userId: user.data, issuedAtMs, expiresAtMs: endOf(payload.exp) };
      } catch (error) {
        return refuse(error instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated');
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
