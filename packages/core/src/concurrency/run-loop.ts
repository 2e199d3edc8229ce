/**
 * Repeats work in the background. Every loop of the product uses it: it logs failures, backs off, and ends with its
 * signal.
 */
import type { Clock, Logger } from '../ports/runtime.ts';
import { backoff } from './retry.ts';

export interface LoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between the end of one round and the beginning of the next, ms. */
  readonly everyMs: number;
  /**
   * Counts the pause from the beginning of a round, so a round that took longer than the pause is followed at once.
   * Default false.
   */
  readonly keepsPace?: boolean;
  readonly signal: AbortSignal;
  /** The longest pause after repeated failures, as a multiple of `everyMs`. Default 30. */
  readonly slowestPause?: number;
  /** Pause after the first failed round, ms; it doubles up to `everyMs`. `slowestPause` is ignored then. */
  readonly firstRetryMs?: number;
}

/**
 * Begins a round now; during a round, begins another one after it, because the running round may have read too early.
 */
export type Wake = () => void;

/**
 * Runs `body` repeatedly until the signal aborts; the first round comes after one pause. A failed round is logged and
 * doubles the pause until a round succeeds. Rounds never overlap.
 */
export function runLoop(name: string, body: () => Promise<void>, options: LoopOptions): Wake {
  const { clock, logger, everyMs, keepsPace = false, signal, slowestPause = 30, firstRetryMs } = options;
  const retries =
    firstRetryMs === undefined
      ? { baseMs: everyMs * 2, maxMs: everyMs * slowestPause }
      : { baseMs: firstRetryMs, maxMs: everyMs };
  let cancel = () => {};
  let failures = 0;
  let begunAtMs = clock.monotonicMs();
  let isRunning = false;
  let isWoken = false;
  const plan = (pauseMs: number) => {
    const passedMs = keepsPace ? clock.monotonicMs() - begunAtMs : 0;
    if (!signal.aborted) cancel = clock.after(Math.max(0, pauseMs - passedMs), round);
  };
  const round = () => {
    begunAtMs = clock.monotonicMs();
    isRunning = true;
    isWoken = false;
    body().then(succeeded, failed);
  };
  const succeeded = () => {
    isRunning = false;
    failures = 0;
    if (isWoken && !signal.aborted) round();
    else plan(everyMs);
  };
  const failed = (err: unknown) => {
    isRunning = false;
    failures += 1;
    if (!signal.aborted) logger.warn({ loop: name, err }, 'a round of a loop failed; will retry');
    plan(backoff(failures, retries));
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  plan(everyMs);
  return () => {
    if (signal.aborted) return;
    isWoken = true;
    if (isRunning) return;
    cancel();
    round();
  };
}
