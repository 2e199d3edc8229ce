/** The port `Erasures` in memory. */
import { type Erasure, type Erasures, erasureKeptMs, partitionOf } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Defer } from '../defer.ts';

const dueMax = 100;

interface Kept {
  erasure: Erasure;
  /** When it is due, ms; Infinity: never again. */
  dueAtMs: number;
}

/** @param now the engine's clock, ms since 1970 */
export function memoryErasures(
  now: () => number,
  defer: Defer,
): Erasures & { readonly duePartitions: () => ReadonlySet<number> } {
  const kept = new Map<UserId, Kept>();
  const isExpired = ({ finishedAtMs }: Erasure) => now() - (finishedAtMs ?? now()) >= erasureKeptMs;
  const found = (userId: UserId): Kept | null => {
    const one = kept.get(userId);
    if (one === undefined || !isExpired(one.erasure)) return one ?? null;
    kept.delete(userId);
    return null;
  };
  const dueUsers = () => [...kept].flatMap(([userId, { dueAtMs }]) => (dueAtMs <= now() ? [userId] : []));
  return {
    duePartitions: () => new Set(dueUsers().map(partitionOf)),
    begin: (userId, { erasesMessages }) =>
      defer(() => {
        const messages = erasesMessages ? ({ done: 0, archive: 'pending', place: '' } as const) : null;
        const present = found(userId);
        if (present?.erasure.status === 'running') {
          present.erasure = { ...present.erasure, messages: present.erasure.messages ?? messages };
          return present.erasure;
        }
        const begun = { status: 'running', startedAtMs: now(), finishedAtMs: null, groupsLeft: 0 } as const;
        const erasure: Erasure = { ...begun, messages };
        kept.set(userId, { erasure, dueAtMs: now() });
        return erasure;
      }),
    of: (userId) => defer(() => found(userId)?.erasure ?? null),
    due: (partition) =>
      defer(() =>
        dueUsers()
          .filter((userId) => partitionOf(userId) === partition)
          .slice(0, dueMax),
      ),
    countLeft: (userId) =>
      defer(() => {
        const one = found(userId);
        if (one !== null) one.erasure = { ...one.erasure, groupsLeft: one.erasure.groupsLeft + 1 };
      }),
    note: (userId, { startedAtMs }, { done, archive, place }) =>
      defer(() => {
        const one = found(userId);
        const messages = one?.erasure.messages ?? null;
        if (one?.erasure.status !== 'running' || one.erasure.startedAtMs !== startedAtMs) return;
        if (messages === null) return;
        one.erasure = { ...one.erasure, messages: { done: messages.done + done, archive, place } };
      }),
    postpone: (userId, ms) =>
      defer(() => {
        const one = found(userId);
        if (one !== null) one.dueAtMs = ms === null ? Number.POSITIVE_INFINITY : now() + ms;
      }),
    finish: (userId, { startedAtMs, erasesMessages, againMs }) =>
      defer(() => {
        const one = found(userId);
        if (one?.erasure.status !== 'running' || one.erasure.startedAtMs !== startedAtMs) return;
        if ((one.erasure.messages !== null) !== erasesMessages) return;
        one.erasure = { ...one.erasure, status: 'done', finishedAtMs: now() };
        one.dueAtMs = now() + againMs;
      }),
  };
}
