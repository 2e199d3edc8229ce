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

/** `npm` passes the terminal's Ctrl-C on a second time: within this time it is the same key press. */
const samePressMs = 300;
/** After a fault the process is gone within 10 s, whatever hangs: its state is not to be trusted. */
const faultExitMs = 8000;
/** Of that, the time within which clients move. */
const faultDrainMs = 4000;
/** What fails again and again while the process ends does not fill the log. */
const faultsLogged = 10;

export interface SignalOptions {
  /** Runs once, at the first SIGTERM, SIGINT, `ask()`, or fault; after a fault clients move within the time given. */
  readonly stop: (hurry?: { readonly withinMs: number }) => Promise<void>;
  readonly logger: Logger;
  /** A stop that takes longer is ended by force. */
  readonly hardExitMs: number;
  /** Given where the process is ours to end: logs what failed and was caught by nothing. The process then stops. */
  readonly onFault?: (fields: { readonly err: unknown; readonly origin: string }, message: string) => void;
}

/** Resolves with the exit code when the process was asked to stop and has stopped; 1 after a fault. */
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
      () => settle(faults > 0 ? 1 : 0),
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
    // Not `unref`: where everything else has ended the exit code is still this one.
    setTimeout(() => settle(1), faultExitMs);
    stop({ withinMs: faultDrainMs });
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
  // A rejection that nothing handles comes here too, with the origin `unhandledRejection`.
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
