/**
 * @returns a function that runs at most `atOnce` tasks at the same time; the others wait in order. A task that fails makes room
 * for the next one too, and its error goes no further
 */
export function limiter(atOnce: number) {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  return async (task: () => Promise<void>): Promise<void> => {
    waiting.push(task);
    if (running === atOnce) return;
    running += 1;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next().catch(() => {});
    running -= 1;
  };
}
