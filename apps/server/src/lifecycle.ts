/** Everything that was started is stopped in reverse order, once; signals of the operating system ask for it. */
import type { Logger } from '@plenum/core';

export interface Lifecycle {
  /** Remembers how to stop what has just been started. */
  started(name: string, stop: () => Promise<void> | void): void;
  /** Stops all in reverse order; every call gets the same promise. A step that fails does not keep the others. */
  stop(): Promise<void>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | null = null;

  const stopAll = async () => {
    for (const { name, stop } of steps.reverse()) {
      try {
        await stop();
        logger.debug({ part: name }, 'stopped');
      } catch (error) {
        logger.error({ part: name, error }, 'could not be stopped cleanly');
      }
    }
  };
  return {
    started: (name, stop) => void steps.push({ name, stop }),
    stop: () => {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/** `npm` passes the terminal's Ctrl-C on a second time: within this time it is the same key press. */
const samePressMs = 300;

export interface SignalOptions {
  /** Runs once, at the first SIGTERM, SIGINT, or `ask()`. */
  readonly stop: () => Promise<void>;
  readonly logger: Logger;
  /** A stop that takes longer is ended by force. */
  readonly hardExitMs: number;
}

/** Resolves with the exit code when the process was asked to stop and has stopped. */
export function untilAskedToStop({ stop, logger, hardExitMs }: SignalOptions): {
  readonly stopped: Promise<number>;
  ask(reason: string): void;
} {
  const { promise, settle } = settleable();
  let askedAtMs: number | null = null;

  const ask = (reason: string) => {
    if (askedAtMs !== null) {
      if (performance.now() - askedAtMs < samePressMs) return;
      logger.warn({ reason }, 'asked a second time: leaving at once');
      settle(1);
      return;
    }
    askedAtMs = performance.now();
    logger.info({ reason }, 'stopping');
    setTimeout(() => settle(1), hardExitMs).unref();
    stop().then(
      () => settle(0),
      (error: unknown) => {
        logger.error({ error }, 'could not stop cleanly');
        settle(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
  return { stopped: promise, ask };
}

function settleable(): { readonly promise: Promise<number>; readonly settle: (code: number) => void } {
  let settle: (code: number) => void = () => {};
  const promise = new Promise<number>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
