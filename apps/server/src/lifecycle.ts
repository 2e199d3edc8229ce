/** Stops everything that was started, once and in reverse order. Also reacts to signals of the operating system. */
import type { Logger } from '@plenum/core';

export interface Lifecycle {
  /** Registers how to stop a part that has just been started. */
  started(name: string, stop: () => Promise<void> | void): void;
  /** Stops all parts in reverse order, also if one fails to stop. Every call returns the same promise. */
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
      } catch (err) {
        logger.error({ part: name, err }, 'could not be stopped cleanly');
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

export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** `npm` sends the terminal's Ctrl-C a second time. Two signals within this time, ms, count as one. */
export const samePressMs = 300;
/** After an uncaught error the process exits after this time, ms, even if a part hangs: its state cannot be trusted. */
const faultExitMs = 8000;
/** The part of this time in which clients move to other nodes, ms. */
const faultDrainMs = 4000;
/** Maximum of uncaught errors that are logged while the process ends. */
const faultsLogged = 10;

export interface SignalOptions {
  /**
   * Called once: at the first SIGTERM, SIGINT, SIGHUP, `ask()` or uncaught error. `hurry` limits the time in which clients move.
   */
  readonly stop: (hurry?: { readonly withinMs: number }) => Promise<void>;
  readonly logger: Logger;
  /** The process exits after this time, even if it has not stopped. */
  readonly hardExitMs: number;
  /** Logs an uncaught error, after which the process stops. Absent if this process belongs to another program. */
  readonly onFault?: (fields: { readonly err: unknown; readonly origin: string }, message: string) => void;
  /** Gets the signals. Default: the first one asks to stop, a second one ends the process. */
  readonly onSignal?: (signal: string) => void;
}

/** `stopped` resolves with the exit code when the process was asked to stop and has stopped: 1 after an uncaught error. */
export function untilAskedToStop(options: SignalOptions): {
  readonly stopped: Promise<number>;
  ask(reason: string): void;
} {
  const { logger, hardExitMs, onFault } = options;
  const { promise, settle } = settleable();
  let askedAtMs: number | null = null;
  let faults = 0;
  let isStopping = false;

  const stop = (hurry?: { readonly withinMs: number }) => {
    if (isStopping) return;
    isStopping = true;
    options.stop(hurry).then(
      () => {
        logger.info({}, 'stopped');
        settle(faults > 0 ? 1 : 0);
      },
      (err: unknown) => {
        logger.error({ err }, 'could not stop cleanly');
        settle(1);
      },
    );
  };
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
    stop();
  };
  const fail = (err: unknown, origin: string) => {
    faults += 1;
    if (faults <= faultsLogged)
      onFault?.({ err, origin }, 'nothing caught this: the process drains and ends');
    if (faults > 1) return;
    // Not `unref`: the exit code must be 1 even if everything else has ended.
    setTimeout(() => settle(1), faultExitMs);
    stop({ withinMs: faultDrainMs });
  };
  for (const signal of stopSignals) process.on(signal, () => (options.onSignal ?? ask)(signal));
  // Unhandled rejections arrive here too, with the origin `unhandledRejection`.
  if (onFault !== undefined) process.on('uncaughtException', fail);
  return { stopped: promise, ask };
}

function settleable(): { readonly promise: Promise<number>; readonly settle: (code: number) => void } {
  let settle: (code: number) => void = () => {};
  const promise = new Promise<number>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
