export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

const doublingsMax = 20;

/**
 * Doubles from `minMs` to `maxMs`; the result is between half and all of that, so that the clients of a lost node do not all
 * return at the same time.
 * @param attempt from 0. @param fraction at least 0, below 1.
 */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, fraction: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt, doublingsMax));
  return Math.round(ceilingMs / 2 + (fraction * ceilingMs) / 2);
}
