/** The port `OneTimeCodes` in memory. */
import type { OneTimeCodes } from '@plenum/core';
import type { Defer } from '../defer.ts';

/** @param now the engine's clock, ms */
export function memoryOneTimeCodes(now: () => number, defer: Defer): OneTimeCodes {
  const endsAtMs = new Map<string, number>();
  const sweep = () => {
    for (const [digest, end] of endsAtMs) if (end <= now()) endsAtMs.delete(digest);
  };
  return {
    keep: (digest, ttlMs) =>
      defer(() => {
        sweep();
        endsAtMs.set(digest, now() + ttlMs);
      }),
    take: (digest) =>
      defer(() => {
        sweep();
        return endsAtMs.delete(digest);
      }),
  };
}
