import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/telemetry.ts';

export interface LoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between the end of one round and the beginning of the next, ms. */
  readonly everyMs: number;
  /** The pause is counted from the beginning of a round: one that takes longer is followed at once. Default false. */
  readonly keepsPace?: boolean;
  readonly signal: AbortSignal;
  /** A loop that fails again and again looks this rarely, in rounds. Default 30. */
  readonly slowestPause?: number;
}

/**
 * Runs `body` over and over until the signal aborts, the first round after one pause. A round that fails is logged, and
 * doubles the pause until one succeeds. Rounds never overlap.
 */
export function runLoop(name: string, body: () => Promise<void>, options: LoopOptions): void {
  const { clock, logger, everyMs, keepsPace = false, signal, slowestPause = 30 } = options;
  let cancel = () => {};
  let pause = 1;
  let begunAtMs = clock.monotonicMs();
  const plan = () => {
    const passedMs = keepsPace ? clock.monotonicMs() - begunAtMs : 0;
    if (!signal.aborted) cancel = clock.after(Math.max(0, everyMs * pause - passedMs), round);
  };
  const round = () => {
    begunAtMs = clock.monotonicMs();
    body().then(
      () => {
        pause = 1;
        plan();
      },
      (err: unknown) => {
        if (!signal.aborted) logger.warn({ loop: name, err }, 'a round failed; the next one makes it good');
        pause = Math.min(pause * 2, slowestPause);
        plan();
      },
    );
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  plan();
}
