import type { Revocations } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { InTurn } from './later.ts';

/** The port `Revocations` over memory. @param now the engine's clock, ms since 1970 */
export function memoryRevocations(now: () => number, inTurn: InTurn): Revocations {
  const revoked = new Map<UserId, number>();
  return {
    revoke: (userId) =>
      inTurn(() => {
        const revokedAtMs = Math.max(now(), revoked.get(userId) ?? 0);
        revoked.set(userId, revokedAtMs);
        return revokedAtMs;
      }),
    revokedAt: (userIds) =>
      inTurn(() => {
        const found = new Map<UserId, number>();
        for (const userId of userIds) {
          const revokedAtMs = revoked.get(userId);
          if (revokedAtMs !== undefined) found.set(userId, revokedAtMs);
        }
        return found;
      }),
  };
}
