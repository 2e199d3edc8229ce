export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

const doublingsMax = 20;

/**
 * Doubles from `minMs` to `maxMs`; between half and all of it, so that clients who lost one node don't return as one.
 * @param attempt from 0. @param fraction at least 0, below 1.
 */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, fraction: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt, doublingsMax));
  return Math.round(ceilingMs / 2 + (fraction * ceilingMs) / 2);
}
