/** The port `Canaries` in memory. */
import { type Canaries, canariesMax, canaryLifeMs, partitionOf } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';

/** @param now the engine's clock, ms since 1970 */
export function memoryCanaries(
  now: () => number,
  defer: Defer,
): Canaries & { readonly duePartitions: () => ReadonlySet<number> } {
  const endsAtMs = new Map<GroupId, number>();
  const dueAtMs = new Map<GroupId, number>();
  const due = () => [...dueAtMs].flatMap(([groupId, atMs]) => (atMs <= now() ? [groupId] : []));
  const sweep = () => {
    for (const [groupId, end] of endsAtMs) if (end <= now()) endsAtMs.delete(groupId);
  };
  return {
    duePartitions: () => new Set(due().map(partitionOf)),
    reserve: (groupId) =>
      defer(() => {
        sweep();
        if (endsAtMs.size >= canariesMax)
          return { type: 'full', freeInMs: Math.min(...endsAtMs.values()) - now() };
        endsAtMs.set(groupId, now() + canaryLifeMs);
        return { type: 'reserved', endsAtMs: now() + canaryLifeMs };
      }),
    has: (groupId) => defer(() => endsAtMs.has(groupId)),
    release: (groupId) => defer(() => void endsAtMs.delete(groupId)),
    schedule: (groupId, ms) => defer(() => void dueAtMs.set(groupId, now() + ms)),
    due: (partition) => defer(() => due().filter((groupId) => partitionOf(groupId) === partition)),
    settle: (groupId) => defer(() => void dueAtMs.delete(groupId)),
  };
}
