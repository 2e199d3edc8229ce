export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

const doublingsMax = 20;

/**
 * @returns a pause, ms. Its maximum doubles with each attempt from `minMs` to `maxMs`; the pause is between half and all of the
 * maximum, so that the clients of a lost node do not all return at the same time
 * @param attempt counts from 0
 * @param fraction random, at least 0 and below 1
 */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, fraction: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt, doublingsMax));
  return Math.round(ceilingMs / 2 + (fraction * ceilingMs) / 2);
}
