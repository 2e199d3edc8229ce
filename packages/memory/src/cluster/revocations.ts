import { type Revocations, tokenLifeMaxMs } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { ExpiringMap } from '../state/expiring-map.ts';

/** The port `Revocations` in memory. @param now the engine's clock, ms since 1970 */
export function memoryRevocations(now: () => number, defer: Defer): Revocations {
  const revoked = new ExpiringMap<UserId, number>(now());
  return {
    revoke: (userId) =>
      defer(() => {
        const nowMs = now();
        revoked.sweep(nowMs);
        const revokedAtMs = Math.max(nowMs, revoked.get(userId, nowMs) ?? 0);
        revoked.set(userId, revokedAtMs, nowMs + tokenLifeMaxMs);
        return revokedAtMs;
      }),
    revokedAt: (userIds) =>
      defer(() => {
        const found = new Map<UserId, number>();
        for (const userId of userIds) {
          const revokedAtMs = revoked.get(userId, now());
          if (revokedAtMs !== undefined) found.set(userId, revokedAtMs);
        }
        return found;
      }),
  };
}
