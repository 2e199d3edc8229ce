/**
 * Distinguishes a poison entry from an adapter that is down: both look like a failed call. An entry that
 * has failed alone twice, while the adapter has taken something else in between, is to blame itself. Pure.
 */

/** An entry that has failed alone. */
export interface PoisonEntry {
  readonly times: number;
  /** What the adapter had taken by its first failure. */
  readonly successes: number;
}

export type PoisonVerdict =
  /** It counts as refused. */
  | 'refuse'
  /** Nothing else has been tried: the next entry decides. */
  | 'probe'
  | 'wait';

export const failuresBeforeProbe = 2;

/** @param successes calls that the adapter has answered well, of whatever partition */
export function judgeFailure(
  known: PoisonEntry | undefined,
  successes: number,
): { readonly failed: PoisonEntry; readonly verdict: PoisonVerdict } {
  const failed = { times: (known?.times ?? 0) + 1, successes: known?.successes ?? successes };
  if (successes > failed.successes) return { failed, verdict: 'refuse' };
  return { failed, verdict: failed.times < failuresBeforeProbe ? 'wait' : 'probe' };
}
