import { type Authentication, tokenLifeMaxMs } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { errors, type JWTPayload } from 'jose';

/** What times a token may say, and how they are judged. */
export interface TokenTimeRules {
  /** How long after `exp` a token is still taken, on whichever clock is late. */
  readonly leewaySec: number;
  /** End of a token without `exp`, ms after its `iat`; null: that of any token. One with neither is refused. */
  readonly maxAgeMs: number | null;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The clock of the issuer of tokens may be ahead by this much: a token of the future would outlive its revocation. */
const aheadMaxMs = 60_000;
/** The last moment that a date can name. */
const lastMs = 8.64e15;

const refused = (code: 'unauthenticated' | 'token_expired'): Authentication => ({ outcome: 'refused', code });

/**
 * Null: nothing ends the token, or not before a revocation of today is forgotten. One without `iat` is as old as may be, so
 * it counts only in the last 400 days before its `exp`: whatever could be used when its user was revoked has ended by then.
 */
function endOf(issuedAtMs: number | null, exp: number | undefined, rules: TokenTimeRules): number | null {
  const { leewaySec, maxAgeMs, nowMs } = rules;
  const saidMs = exp === undefined ? lastMs + 1 : (exp + leewaySec) * 1000;
  if (issuedAtMs === null) return saidMs <= nowMs + tokenLifeMaxMs ? saidMs : null;
  const longestMs = issuedAtMs + tokenLifeMaxMs;
  if (saidMs <= lastMs) return Math.min(saidMs, longestMs);
  return maxAgeMs === null ? longestMs : Math.min(issuedAtMs + maxAgeMs, longestMs);
}

/** Who a token belongs to whose signature, types of claims, issuer and audience were found good: `sub` is the user id. */
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
  return { outcome: 'user', userId: user.data, issuedAtMs, expiresAtMs };
}

/** What a token is told that could not be verified. */
export const refusalBy = (error: unknown): Authentication => ({
  outcome: 'refused',
  code: error instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated',
});
