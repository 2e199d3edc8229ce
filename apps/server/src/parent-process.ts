/** Sends this process' URL to a parent that started it with an IPC channel, and stops this process when the parent ends. */
import { environment } from './config.ts';

const parentPollMs = 500;

export const hasParent = () => process.send !== undefined;

/** Sends a message to the parent. If the parent is gone, nothing happens. */
export function tellParent(message: {
  readonly url: string;
  /** Of the console, with a code. */
  readonly consoleLink: string | null;
}): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

/**
 * Calls `stop` when the parent is gone, even if it ended before this call: such a parent cannot stop its children. Under npm
 * the parent is the shell of the script: npm sends SIGTERM to that shell only, the shell ends, and so this process stops.
 * Ctrl-C of a terminal reaches all three.
 */
export function onParentGone(stop: () => void): void {
  if (hasParent()) {
    if (process.connected) process.once('disconnect', stop);
    else stop();
    return;
  }
  if (environment['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    stop();
  }, parentPollMs);
  timer.unref();
}
