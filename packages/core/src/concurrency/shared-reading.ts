import type { Clock } from '../ports/runtime.ts';

/**
 * Wraps a reading so that a flood of calls costs little: calls during a reading share it, and for `reuseMs` after its
 * start its result is used again. A failure is shared, but not kept.
 */
export function sharedReading<T>(
  read: () => Promise<T>,
  { clock, reuseMs }: { readonly clock: Clock; readonly reuseMs: number },
): () => Promise<T> {
  let latest: { readonly startedAtMs: number; readonly result: Promise<T>; isOver: boolean } | null = null;
  return () => {
    const nowMs = clock.monotonicMs();
    if (latest !== null && (!latest.isOver || nowMs - latest.startedAtMs < reuseMs)) return latest.result;
    const begun = { startedAtMs: nowMs, result: read(), isOver: false };
    latest = begun;
    begun.result.then(
      () => {
        begun.isOver = true;
      },
      () => {
        if (latest === begun) latest = null;
      },
    );
    return begun.result;
  };
}
