/** Times in which this process got no processor: then the webhook, which is in it, has answered no call. */
import type { Disturbance } from './copies.ts';

const beatMs = 200;
const stallMs = 1000;

/** @returns ends the watch */
export function watchStalls(onStall: (stall: Disturbance) => void): () => void {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastMs > stallMs) onStall({ fromMs: lastMs, untilMs: nowMs });
    lastMs = nowMs;
  }, beatMs);
  return () => clearInterval(timer);
}
