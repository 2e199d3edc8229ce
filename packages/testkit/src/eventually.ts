export interface EventuallyOptions {
  /** Default 15 s: what is waited for may need a process that the machine lets wait. */
  readonly timeoutMs?: number;
  /** Default 10 ms. */
  readonly everyMs?: number;
}

/** Tries an assertion until it holds. @returns what it returned. @throws its last failure once `timeoutMs` have passed. */
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
