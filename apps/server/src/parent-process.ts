/** A parent that started this process with an IPC channel learns its URL, and its end is the end of this process. */
import { environment } from './config.ts';

const parentPollMs = 500;

export const hasParent = () => process.send !== undefined;

/** One that is gone by now misses it. */
export function tellParent(message: { readonly url: string }): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

/**
 * A parent that is gone, perhaps since before this call, cannot stop its children: they stop by themselves. Under
 * npm the parent is the shell that npm runs the script with: npm passes SIGTERM on to that shell, which ends, and so does
 * this process. Ctrl-C of a terminal reaches all three at once.
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
