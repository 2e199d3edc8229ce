import {
  type Authentication,
  type Authenticator,
  isRevoked,
  PlenumError,
  type Revocations,
  tokenLifeMaxMs,
} from '@plenum/core';

/**
 * Refuses revoked tokens, and tokens so old that their revocation might no longer be kept. Throws `PlenumError` when
 * the revocations cannot be read.
 * @param wallMs ms since 1970, as the times in tokens
 */
export const withRevocationCheck = (
  authenticator: Authenticator,
  revocations: Revocations,
  wallMs: () => number = Date.now,
): Authenticator => ({
  async authenticate(token) {
    const found = await authenticator.authenticate(token);
    if (found.type === 'refused') return found;
    const isTooOld = found.issuedAtMs !== null && found.issuedAtMs < wallMs() - tokenLifeMaxMs;
    if (isTooOld) return { type: 'refused', code: 'token_expired' };
    const revokedAtMs = (await revocations.revokedAt([found.userId])).get(found.userId);
    return isRevoked(found.issuedAtMs, revokedAtMs) ? { type: 'refused', code: 'unauthenticated' } : found;
  },
});

/**
 * For new connections: a plain client does not reconnect after a refusal, so while the store cannot be reached, no
 * client is refused. Its device is attached to nothing until the store is back, and its token is checked again then.
 */
export const withRevocationCheckIfKnown = (
  authenticator: Authenticator,
  revocations: Revocations,
  wallMs?: () => number,
): Authenticator => {
  const strict = withRevocationCheck(authenticator, revocations, wallMs);
  return {
    async authenticate(token): Promise<Authentication> {
      try {
        return await strict.authenticate(token);
      } catch (error) {
        if (error instanceof PlenumError) return authenticator.authenticate(token);
        throw error;
      }
    },
  };
};
