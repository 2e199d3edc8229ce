/** Loaded into a node before its own code: reports to its parent, after a garbage collection, how much memory it uses. */
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** Finalizers of one collection may free what only the next one takes. */
const collections = 3;

async function holdings() {
  for (let i = 0; i < collections; i += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { gauge: { rssBytes: rss, heapBytes: heapUsed, openFiles: readdirSync('/dev/fd').length } };
}

process.on('message', (message: unknown) => {
  if (message !== 'gauge') return;
  holdings()
    .then((answer) => process.send?.(answer))
    // The parent is gone: no answer is needed.
    .catch(() => undefined);
});
