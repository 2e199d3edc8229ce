/** A parent that started this process with an IPC channel learns its URL, and its end is the end of this process. */
import { environment } from './config.ts';

const shellPollMs = 500;

export const hasParent = () => process.send !== undefined;

export function tellParent(message: { readonly url: string }): void {
  process.send?.(message);
}

/**
 * A parent that is gone cannot stop its children any more: they stop by themselves. Under npm the parent is a shell that a
 * signal to npm ends alone; without this, what runs in it would go on.
 */
export function onParentGone(stop: () => void): void {
  if (hasParent()) {
    process.once('disconnect', stop);
    return;
  }
  if (environment['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    stop();
  }, shellPollMs);
  timer.unref();
}
