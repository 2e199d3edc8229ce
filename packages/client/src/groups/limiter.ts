/**
 * @returns a function that runs at most `atOnce` tasks at the same time; the others wait in order
 */
export function limiter(atOnce: number) {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  /** @param task must never reject */
  return async (task: () => Promise<void>): Promise<void> => {
    waiting.push(task);
    if (running === atOnce) return;
    running += 1;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    running -= 1;
  };
}
