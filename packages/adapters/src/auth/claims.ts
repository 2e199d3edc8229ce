import { type Authentication, tokenLifeMaxMs } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { errors, type JWTPayload } from 'jose';

/** Which times a token may contain, and how they are checked. */
export interface TokenTimeRules {
  /** How long after `exp` a token is still accepted, for clocks that differ. */
  readonly leewaySec: number;
  /** End of a token without `exp`, ms after its `iat`; null: that of any token. A token with neither is refused. */
  readonly maxAgeMs: number | null;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The clock of the issuer of tokens may be ahead by this much: a token of the future would outlive its revocation. */
const aheadMaxMs = 60_000;
/** The last moment that a date can name. */
const lastMs = 8.64e15;

const refused = (code: 'unauthenticated' | 'token_expired'): Authentication => ({ type: 'refused', code });

/**
 * Null: the token has no end, or one after a revocation of today is forgotten. A token without `iat` may be of any age, so it
 * counts only in the last 400 days before its `exp`. Example: a user is revoked today, and the revocation is kept for 400 days;
 * every token that could be used today has ended by then.
 */
function endOf(issuedAtMs: number | null, exp: number | undefined, rules: TokenTimeRules): number | null {
  const { leewaySec, maxAgeMs, nowMs } = rules;
  const saidMs = exp === undefined ? lastMs + 1 : (exp + leewaySec) * 1000;
  if (issuedAtMs === null) return saidMs <= nowMs + tokenLifeMaxMs ? saidMs : null;
  const longestMs = issuedAtMs + tokenLifeMaxMs;
  if (saidMs <= lastMs) return Math.min(saidMs, longestMs);
  return maxAgeMs === null ? longestMs : Math.min(issuedAtMs + maxAgeMs, longestMs);
}

/** The user of a token whose signature, types of claims, issuer and audience are good: `sub` is the user id. */
export function authenticationBy({ sub, iat, exp }: JWTPayload, rules: TokenTimeRules): Authentication {
  const user = userIdSchema.safeParse(sub);
  // 1e999 is a number in JSON, and no time.
  const areTimes = [iat, exp].every((time) => time === undefined || Number.isFinite(time));
  if (!user.success || !areTimes) return refused('unauthenticated');
  const issuedAtMs = iat === undefined ? null : Math.floor(iat) * 1000;
  if (issuedAtMs !== null && issuedAtMs > rules.nowMs + aheadMaxMs) return refused('unauthenticated');
  const expiresAtMs = endOf(issuedAtMs, exp, rules);
  if (expiresAtMs === null) return refused('unauthenticated');
  if (expiresAtMs <= rules.nowMs) return refused('token_expired');
  return { type: 'user', userId: user.data, issuedAtMs, expiresAtMs };
}

/** The failure for a token that could not be verified. */
export const refusalBy = (error: unknown): Authentication => ({
  type: 'refused',
  code: error instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated',
});
