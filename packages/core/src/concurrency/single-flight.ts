/** Runs of `body` never overlap: all calls during a run share the next one. */
export function singleFlight(body: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  const run = () => {
    running = body().finally(() => {
      running = null;
    });
    return running;
  };
  const follow = () => {
    following = null;
    return run();
  };
  return () => {
    if (following !== null) return following;
    if (running === null) return run();
    following = running.then(follow, follow);
    return following;
  };
}
