import type { Authentication } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { errors, type JWTPayload } from 'jose';

/** The last moment that a date can name; a token that says to live longer never ends. */
const lastMs = 8.64e15;

/** @param leewaySec how long after `exp` a token is still taken, on whichever clock is late */
function endOf(expSec: number | undefined, leewaySec: number): number | null {
  const expiresAtMs = expSec === undefined ? null : (expSec + leewaySec) * 1000;
  return expiresAtMs === null || expiresAtMs > lastMs ? null : expiresAtMs;
}

/** Who a token belongs to whose signature, times, issuer and audience were found good: `sub` is the user id. */
export function authenticationBy({ sub, exp }: JWTPayload, leewaySec = 0): Authentication {
  const user = userIdSchema.safeParse(sub);
  if (!user.success) return { outcome: 'refused', code: 'unauthenticated' };
  return { outcome: 'user', userId: user.data, expiresAtMs: endOf(exp, leewaySec) };
}

/** What a token is told that could not be verified. */
export const refusalBy = (error: unknown): Authentication => ({
  outcome: 'refused',
  code: error instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated',
});
