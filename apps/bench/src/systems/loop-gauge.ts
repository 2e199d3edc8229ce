/**
 * Reports the longest delay of the event loop of a node process to its parent, since the report before. It is loaded into the
 * node before the node's own code.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const lookEveryMs = 10;
const looks = monitorEventLoopDelay({ resolution: lookEveryMs });
looks.enable();

process.on('message', (message: unknown) => {
  if (message !== 'loop lag') return;
  const lagMs = Math.max(0, looks.max / 1e6 - lookEveryMs);
  looks.reset();
  process.send?.({ lagMs });
});
