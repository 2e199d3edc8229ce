/**
 * Reports the memory of a node process to its parent, after a garbage collection. It is loaded into the node before the
 * node's own code.
 */
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** A finalizer of one collection may release objects that only the next collection frees. */
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
