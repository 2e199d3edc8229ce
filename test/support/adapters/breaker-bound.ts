/** As the README promises: five failures, then left alone for a quarter of a second, doubling to 5 s, one call after each pause. */
const failuresToOpen = 5;
const firstPauseMs = 250;
const longestPauseMs = 5000;

/**
 * The most calls of one adapter that a node makes while all of them fail for so long.
 * @param atOnce calls that may be in progress when the last failure arrives
 */
export function callsLetThrough(forMs: number, atOnce: number): number {
  let trials = 0;
  let pauseMs = firstPauseMs;
  for (let atMs = pauseMs; atMs <= forMs; atMs += pauseMs) {
    trials += 1;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  // A call that was under way when the fault began may go well as late as behind the last failure but one.
  return failuresToOpen - 1 + failuresToOpen + atOnce - 1 + trials;
}
