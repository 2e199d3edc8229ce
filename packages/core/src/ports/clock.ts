/** Time as the domain sees it. Only differences of `monotonicMs` mean anything; no wall clock decides. */
export interface Clock {
  /** Milliseconds on a clock that never steps. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
