/** The one way to repeat work in the background: a loop that logs, backs off, and ends with its signal. */
import type { Clock, Logger } from '../ports/runtime.ts';
import { backoff } from './retry.ts';

export interface LoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between the end of one round and the beginning of the next, ms. */
  readonly everyMs: number;
  /** The pause is counted from the beginning of a round: one that takes longer is followed at once. Default false. */
  readonly keepsPace?: boolean;
  readonly signal: AbortSignal;
  /** A loop that fails again and again slows down to this pause, in pauses. Default 30. */
  readonly slowestPause?: number;
  /** A failed round is retried after this, then twice this, up to `everyMs`; `slowestPause` is ignored then. */
  readonly firstRetryMs?: number;
}

/** Begins a round now, or one more after the round that is running: what that one has read may be older than the cause. */
export type Wake = () => void;

/**
 * Runs `body` over and over until the signal aborts, the first round after one pause. A round that fails is logged, and
 * doubles the pause until one succeeds. Rounds never overlap.
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
    body().then(
      () => {
        isRunning = false;
        failures = 0;
        if (isWoken && !signal.aborted) round();
        else plan(everyMs);
      },
      (err: unknown) => {
        isRunning = false;
        failures += 1;
        if (!signal.aborted) logger.warn({ loop: name, err }, 'a round of a loop failed and will be retried');
        plan(backoff(failures, retries));
      },
    );
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
