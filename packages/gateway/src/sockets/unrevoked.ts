import {
  type Authentication,
  type Authenticator,
  isRevoked,
  PlenumError,
  type Revocations,
} from '@plenum/core';

/** Tokens that were revoked are nobody's. Throws `PlenumError` when the revocations cannot be read. */
export const unrevoked = (authenticator: Authenticator, revocations: Revocations): Authenticator => ({
  async authenticate(token) {
    const found = await authenticator.authenticate(token);
    if (found.outcome === 'refused') return found;
    const revokedAtMs = (await revocations.revokedAt([found.userId])).get(found.userId);
    return isRevoked(found.issuedAtMs, revokedAtMs) ? { outcome: 'refused', code: 'unauthenticated' } : found;
  },
});

/**
 * For connections: plain clients do not come back by themselves after a refusal, so while the store is away nobody is refused
 * for it. Such a device is attached to nothing until the store is back, and is looked at again then.
 */
export const unrevokedIfKnown = (authenticator: Authenticator, revocations: Revocations): Authenticator => {
  const strict = unrevoked(authenticator, revocations);
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
