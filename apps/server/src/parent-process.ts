/** A parent that started this process with an IPC channel learns its URL, and its end is the end of this process. */
import { environment } from './config.ts';

const parentPollMs = 500;

export const hasParent = () => process.send !== undefined;

export function tellParent(message: { readonly url: string }): void {
  process.send?.(message);
}

/**
 * A parent that is gone cannot stop its children any more: they stop by themselves. Under npm that is a `kill -9` of npm;
 * the scripts say `exec`, so every other signal to npm reaches this process itself.
 */
export function onParentGone(stop: () => void): void {
  if (hasParent()) {
    process.once('disconnect', stop);
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
