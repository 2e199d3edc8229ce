export interface EventuallyOptions {
  /** Default 15 s, because a busy machine may delay other processes. */
  readonly timeoutMs?: number;
  /** Default 10 ms. */
  readonly everyMs?: number;
}

/** Repeats an assertion until it holds. @returns its result. @throws its last failure after `timeoutMs` */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 15_000, everyMs = 10 }: EventuallyOptions = {},
): Promise<T> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (failure) {
      if (performance.now() >= untilMs) throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
