import { type Authentication, tokenLifeMaxMs } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { errors, type JWTPayload } from 'jose';

/** The rules for the times in a token. */
export interface TokenTimeRules {
  /** How long after `exp` a token is still accepted, because clocks differ. */
  readonly leewaySec: number;
  /**
   * A token without `exp` ends this long after its `iat`, ms; null: after the maximum life of any token, 400 days. A token
   * with neither `exp` nor `iat` is refused.
   */
  readonly maxAgeMs: number | null;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** How far `iat` may be in the future, ms. A revocation does not end a token whose `iat` is later, so it is refused. */
const aheadMaxMs = 60_000;
/** The last time that a Date can represent, ms. */
const lastMs = 8.64e15;

const refused = (code: 'unauthenticated' | 'token_expired'): Authentication => ({ type: 'refused', code });

/**
 * @returns the end of the token, ms; null if the token must be refused, because it would outlive a revocation. A revocation is
 * kept for 400 days, so every token that can be used today must end within 400 days. A token without `iat` may be of any age,
 * so it is accepted only in the last 400 days before its `exp`.
 */
function endOf(issuedAtMs: number | null, exp: number | undefined, rules: TokenTimeRules): number | null {
  const { leewaySec, maxAgeMs, nowMs } = rules;
  const saidMs = exp === undefined ? lastMs + 1 : (exp + leewaySec) * 1000;
  if (issuedAtMs === null) return saidMs <= nowMs + tokenLifeMaxMs ? saidMs : null;
  const longestMs = issuedAtMs + tokenLifeMaxMs;
  if (saidMs <= lastMs) return Math.min(saidMs, longestMs);
  return maxAgeMs === null ? longestMs : Math.min(issuedAtMs + maxAgeMs, longestMs);
}

/** Reads the user (`sub`) and checks the times of a token whose signature, issuer and audience were checked before. */
export function authenticationBy({ sub, iat, exp }: JWTPayload, rules: TokenTimeRules): Authentication {
  const user = userIdSchema.safeParse(sub);
  // JSON allows 1e999, which is not a time.
  const areTimes = [iat, exp].every((time) => time === undefined || Number.isFinite(time));
  if (!user.success || !areTimes) return refused('unauthenticated');
  const issuedAtMs = iat === undefined ? null : Math.floor(iat) * 1000;
  if (issuedAtMs !== null && issuedAtMs > rules.nowMs + aheadMaxMs) return refused('unauthenticated');
  const expiresAtMs = endOf(issuedAtMs, exp, rules);
  if (expiresAtMs === null) return refused('unauthenticated');
  if (expiresAtMs <= rules.nowMs) return refused('token_expired');
  return { type: 'user', userId: user.data, issuedAtMs, expiresAtMs };
}

/** Turns the error of a token that could not be verified into a refusal. */
export const refusalBy = (error: unknown): Authentication => ({
  type: 'refused',
  code: error instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated',
});
